/** An object as text, written like a class. Only one that is `whole` can be told what it must not hold. */
export interface ObjectText {
  readonly required?: string;
  readonly attributes?: string;
  readonly whole?: true;
  readonly atLeastOne?: string;
}

/** The objects that events of ours hold. One that is named somewhere and not here may hold anything. */
export const objects: Readonly<Record<string, ObjectText>> = {
  metadata: {
    required: 'product:product version:string_t',
    attributes: `
      log_name:string_t original_time:string_t reporter:reporter tenant_uid:string_t
      correlation_uid:string_t debug:string_t[] event_code:string_t extension:extension!
      extensions:extension[] is_truncated:boolean_t labels:string_t[] log_format:string_t
      log_level:string_t log_provider:string_t log_source:string_t log_version:string_t
      logged_time:timestamp_t loggers:logger[] modified_time:timestamp_t original_event_uid:string_t
      processed_time:timestamp_t profiles:string_t[] sequence:integer_t source:string_t
      tags:key_value_object[] total_queued_duration:timespan
      transformation_info_list:transformation_info[] transmit_time:timestamp_t type:string_t
      uid:string_t untruncated_size:integer_t
    `,
    whole: true,
  },
  product: {
    attributes: 'name:string_t uid:string_t vendor_name:string_t version:string_t',
    atLeastOne: 'name uid',
  },
  actor: {
    attributes: `
      process:process user:user app_name:string_t app_uid:string_t authorizations:authorization[]
      idp:idp invoked_by:string_t! session:session
    `,
    whole: true,
    atLeastOne: 'process user invoked_by session app_name app_uid',
  },
  user: {
    attributes: `
      has_mfa:boolean_t name:username_t type_id:integer_t uid:string_t account:account
      credential_uid:string_t! display_name:string_t domain:string_t email_addr:email_t
      forward_addr:email_t full_name:string_t groups:group[] ldap_person:ldap_person org:organization
      phone_number:string_t programmatic_credentials:programmatic_credential[] risk_level:string_t
      risk_level_id:integer_t risk_score:integer_t type:string_t uid_alt:string_t
    `,
    whole: true,
    atLeastOne: 'account name uid',
  },
  account: {
    attributes: 'name:string_t type_id:integer_t uid:string_t',
    atLeastOne: 'name uid',
  },
  group: {
    attributes: 'name:string_t uid:string_t',
    atLeastOne: 'name uid',
  },
  session: {
    attributes: `
      created_time:timestamp_t is_remote:boolean_t issuer:string_t uid:string_t count:integer_t
      credential_uid:string_t expiration_reason:string_t expiration_time:timestamp_t is_mfa:boolean_t
      is_vpn:boolean_t terminal:string_t uid_alt:string_t uuid:uuid_t
    `,
    whole: true,
  },
  idp: {
    attributes: 'name:string_t uid:string_t',
    atLeastOne: 'name uid',
  },
  network_endpoint: {
    attributes: `
      hostname:hostname_t instance_uid:string_t interface_name:string_t interface_uid:string_t ip:ip_t
      name:string_t owner:user port:port_t svc_name:string_t type_id:integer_t uid:string_t
      agent_list:agent[] autonomous_system:autonomous_system domain:string_t fingerprints:fingerprint[]
      hw_info:device_hw_info intermediate_ips:ip_t[] isp:string_t isp_org:string_t location:location
      mac:mac_t mac_vendor:string_t network_scope:string_t network_scope_id:integer_t os:os pool:group
      proxy_endpoint:network_proxy subnet_uid:string_t type:string_t vlan_uid:string_t vpc_uid:string_t
      zone:string_t
    `,
    whole: true,
    atLeastOne: 'ip uid name hostname svc_name instance_uid interface_uid interface_name domain',
  },
  location: {
    attributes: 'city:string_t continent:string_t country:string_t',
    atLeastOne: 'city country postal_code region',
  },
  api: {
    required: 'operation:string_t',
    attributes: 'request:request response:response',
  },
  request: {
    required: 'uid:string_t',
  },
  response: {
    attributes: 'code:integer_t error:string_t error_message:string_t message:string_t',
  },
  service: {
    attributes: 'name:string_t uid:string_t version:string_t',
    atLeastOne: 'name uid',
  },
  email: {
    attributes: `
      from:email_t message_uid:string_t reply_to:email_t! size:long_t smtp_from:email_t!
      smtp_to:email_t[]! subject:string_t to:email_t[] uid:string_t cc:email_t[] cc_mailboxes:string_t[]
      delivered_to:email_t! delivered_to_list:email_t[] files:file[] from_list:email_t[]
      from_mailbox:string_t from_mailboxes:email_t[] http_headers:http_header[] is_read:boolean_t
      raw_header:string_t reply_to_list:email_t[] reply_to_mailboxes:string_t[] return_path:email_t
      sender:email_t sender_mailbox:string_t to_mailboxes:string_t[] urls:url[] x_originating_ip:ip_t[]
    `,
    whole: true,
    atLeastOne: 'from to',
  },
  email_auth: {
    attributes: `
      dkim:string_t dkim_domain:string_t dkim_signature:string_t dmarc:string_t dmarc_override:string_t
      dmarc_policy:string_t spf:string_t
    `,
  },
  file: {
    required: 'name:file_name_t type_id:integer_t',
    attributes: `
      ext:string_t hashes:fingerprint[] path:file_path_t accessed_time:timestamp_t accessor:user
      attributes:integer_t company_name:string_t confidentiality:string_t confidentiality_id:integer_t
      created_time:timestamp_t creator:user desc:string_t drive_type:string_t drive_type_id:integer_t
      encryption_details:encryption_details imported_symbols:string_t[] internal_name:string_t
      is_deleted:boolean_t is_encrypted:boolean_t is_readonly:boolean_t is_system:boolean_t
      mime_type:string_t modified_time:timestamp_t modifier:user owner:user parent_folder:string_t
      product:product security_descriptor:string_t signature:digital_signature!
      signatures:digital_signature[] size:long_t tags:key_value_object[] type:string_t uid:string_t
      uri:url_t url:url version:string_t volume:string_t xattributes:object
    `,
    whole: true,
  },
  fingerprint: {
    required: 'algorithm_id:integer_t value:file_hash_t',
  },
  managed_entity: {
    attributes: `
      device:device email:email group:group name:string_t org:organization policy:policy type:string_t
      type_id:integer_t uid:string_t user:user version:string_t
    `,
    atLeastOne: 'name uid device group org policy user',
  },
  resource_details: {
    attributes: 'hostname:hostname_t ip:ip_t name:string_t owner:user role_id:integer_t uid:resource_uid_t',
    atLeastOne: 'name uid',
  },
  web_resource: {
    attributes: `
      name:string_t uid:resource_uid_t url_string:url_t created_time:timestamp_t data:json_t
      desc:string_t labels:string_t[] modified_time:timestamp_t tags:key_value_object[] type:string_t
      uid_alt:resource_uid_t
    `,
    whole: true,
    atLeastOne: 'name uid',
  },
  finding_info: {
    required: 'uid:string_t',
    attributes: `
      analytic:analytic title:string_t attack_graph:graph attacks:attack[] created_time:timestamp_t
      data_sources:string_t[] desc:string_t first_seen_time:timestamp_t kill_chain:kill_chain_phase[]
      last_seen_time:timestamp_t modified_time:timestamp_t product:product product_uid:string_t!
      related_analytics:analytic[] related_events:related_event[] related_events_count:integer_t
      src_url:url_t tags:key_value_object[] traits:trait[] types:string_t[] uid_alt:string_t
    `,
    whole: true,
  },
  evidences: {
    attributes: `
      actor:actor api:api connection_info:network_connection_info container:container database:database
      databucket:databucket device:device dst_endpoint:network_endpoint email:email file:file
      http_request:http_request http_response:http_response ja4_fingerprint_list:ja4_fingerprint[]
      job:job process:process query:dns_query reg_key:reg_key reg_value:reg_value
      resources:resource_details[] script:script src_endpoint:network_endpoint tls:tls url:url user:user
      win_service:win_service data:json_t name:string_t uid:string_t verdict:string_t
      verdict_id:integer_t
    `,
    whole: true,
    atLeastOne: `
      actor api connection_info data database databucket device dst_endpoint email file process query
      src_endpoint url user job script reg_key reg_value win_service
    `,
  },
  attack: {
    attributes: 'sub_technique:sub_technique tactic:tactic technique:technique version:string_t',
    atLeastOne: 'tactic technique sub_technique',
  },
  technique: {
    attributes: 'name:string_t uid:string_t',
    atLeastOne: 'name uid',
  },
  tactic: {
    attributes: 'name:string_t uid:string_t',
    atLeastOne: 'name uid',
  },
  compliance: {
    attributes: `
      control:string_t standards:string_t[] status:string_t status_id:integer_t assessments:assessment[]
      category:string_t checks:check[] compliance_references:kb_article[]!
      compliance_standards:kb_article[]! control_parameters:key_value_object[] desc:string_t
      requirements:string_t[] status_code:string_t status_detail:string_t! status_details:string_t[]
    `,
    whole: true,
  },
  observable: {
    required: 'type_id:integer_t',
    attributes: 'name:string_t',
  },
  enrichment: {
    required: 'data:json_t name:string_t value:string_t',
    attributes: 'created_time:timestamp_t provider:string_t short_desc:string_t src_url:url_t type:string_t',
  },
  cloud: {
    required: 'provider:string_t',
    attributes: 'region:string_t',
  },
  organization: {
    attributes: 'name:string_t ou_name:string_t uid:string_t',
    atLeastOne: 'name uid',
  },
  policy: {
    attributes: 'is_applied:boolean_t name:string_t uid:string_t version:string_t',
    atLeastOne: 'name type uid',
  },
  auth_factor: {
    required: 'factor_type_id:integer_t',
    attributes: 'device:device factor_type:string_t is_hotp:boolean_t is_totp:boolean_t provider:string_t',
  },
  device: {
    required: 'type_id:integer_t',
    attributes: `
      hostname:hostname_t instance_uid:string_t interface_name:string_t interface_uid:string_t
      owner:user region:string_t type:string_t uid:string_t vendor_name:string_t agent_list:agent[]
      autoscale_uid:string_t boot_time:timestamp_t boot_uid:string_t created_time:timestamp_t
      desc:string_t domain:string_t eid:string_t first_seen_time:timestamp_t groups:group[]
      hw_info:device_hw_info hypervisor:string_t iccid:string_t image:image imei:string_t!
      imei_list:string_t[] ip:ip_t is_backed_up:boolean_t is_compliant:boolean_t is_managed:boolean_t
      is_mobile_account_active:boolean_t is_personal:boolean_t is_shared:boolean_t
      is_supervised:boolean_t is_trusted:boolean_t last_seen_time:timestamp_t location:location
      mac:mac_t mac_vendor:string_t meid:string_t model:string_t modified_time:timestamp_t name:string_t
      network_interfaces:network_interface[] org:organization os:os os_machine_uuid:uuid_t pool:group
      risk_level:string_t risk_level_id:integer_t risk_score:integer_t subnet:subnet_t
      subnet_uid:string_t udid:string_t uid_alt:string_t vlan_uid:string_t vpc_uid:string_t
      zone:string_t
    `,
    whole: true,
    atLeastOne: 'ip uid name hostname instance_uid interface_uid interface_name',
  },
  os: {
    required: 'name:string_t type_id:integer_t',
  },
  databucket: {
    required: 'type_id:integer_t',
    attributes: `
      hostname:hostname_t ip:ip_t is_public:boolean_t name:string_t owner:user type:string_t
      uid:resource_uid_t
    `,
    atLeastOne: 'name uid',
  },
  url: {
    attributes: `
      category_ids:integer_t[] hostname:hostname_t path:string_t port:port_t query_string:string_t
      scheme:string_t url_string:url_t
    `,
    atLeastOne: 'url_string path',
  },
  http_request: {
    attributes: `
      http_headers:http_header[] http_method:string_t url:url user_agent:string_t version:string_t
    `,
  },
  related_event: {
    required: 'uid:string_t',
    attributes: 'severity_id:integer_t type_uid:long_t',
  },
  key_value_object: {
    required: 'name:string_t',
    attributes: 'value:string_t values:string_t[]',
    atLeastOne: 'value values',
  },
};
