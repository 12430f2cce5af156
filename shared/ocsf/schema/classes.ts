/**
 * A class of OCSF 1.8.0 as text: `name:type`, `[]` behind a list's type, `!` behind what is deprecated. Beyond the
 * base event. Where `attributes` is missing, the class has more than is known here, and anything is let pass.
 */
export interface ClassText {
  readonly name: string;
  readonly activities: string;
  readonly required: string;
  readonly attributes?: string;
  /** Where status_id does not have the base event's values. */
  readonly statuses?: string;
  readonly atLeastOne?: string;
  readonly justOne?: string;
}

export const schemaVersion = '1.8.0';

/** First digit of a class. */
export const categoryNames: Readonly<Record<number, string>> = {
  2: 'Findings',
  3: 'Identity & Access Management',
  4: 'Network Activity',
  5: 'Discovery',
  6: 'Application Activity',
};

export const baseEvent = {
  required: `
    activity_id:integer_t category_uid:integer_t class_uid:integer_t metadata:metadata severity_id:integer_t
    time:timestamp_t type_uid:long_t
  `,
  attributes: `
    message:string_t observables:observable[] status:string_t status_code:string_t status_detail:string_t
    status_id:integer_t timezone_offset:integer_t activity_name:string_t category_name:string_t
    class_name:string_t count:integer_t duration:long_t start_time:timestamp_t end_time:timestamp_t
    enrichments:enrichment[] raw_data:string_t raw_data_hash:fingerprint raw_data_size:long_t
    severity:string_t type_name:string_t unmapped:object
  `,
};

/** What an event may hold only when `metadata.profiles` names the profile. */
export const profiles: Readonly<Record<string, { readonly required?: string; readonly attributes: string }>> =
  {
    cloud: { required: 'cloud', attributes: 'cloud:cloud api:api' },
    host: { attributes: 'actor:actor device:device' },
    security_control: {
      attributes: `
      action:string_t action_id:integer_t disposition:string_t disposition_id:integer_t attacks:attack[]
      authorizations:authorization[] confidence:string_t confidence_id:integer_t confidence_score:integer_t
      firewall_rule:firewall_rule is_alert:boolean_t malware:malware[] malware_scan_info:malware_scan_info
      policy:policy risk_details:string_t risk_level:string_t risk_level_id:integer_t risk_score:integer_t
    `,
    },
    osint: { required: 'osint', attributes: 'osint:osint[]' },
    incident: {
      attributes: `
      assignee:user assignee_group:group impact:string_t impact_id:integer_t impact_score:integer_t
      is_suspected_breach:boolean_t priority:string_t priority_id:integer_t src_url:url_t ticket:ticket!
      tickets:ticket[] verdict:string_t verdict_id:integer_t
    `,
    },
  };

/**
 * Every class that an event of ours may be: those deprecated in 1.8 (4011, 4012, 5002) are not among them, nor is
 * 2008, which demands objects nobody here has the shape of.
 */
export const classes: Readonly<Record<number, ClassText>> = {
  2003: {
    name: 'compliance_finding',
    activities: '0 Unknown, 1 Create, 2 Update, 3 Close, 99 Other',
    required: 'compliance:compliance finding_info:finding_info',
    attributes: `
      confidence_id:integer_t remediation:remediation resource:resource_details!
      resources:resource_details[] comment:string_t confidence:string_t confidence_score:integer_t
      device:device evidences:evidences[] vendor_attributes:vendor_attributes
    `,
    statuses: '0 Unknown, 1 New, 2 In Progress, 3 Suppressed, 4 Resolved, 5 Archived, 6 Deleted, 99 Other',
  },
  2004: {
    name: 'detection_finding',
    activities: '0 Unknown, 1 Create, 2 Update, 3 Close, 99 Other',
    required: 'finding_info:finding_info',
    attributes: `
      confidence_id:integer_t evidences:evidences[] is_alert:boolean_t resources:resource_details[]
      anomaly_analyses:anomaly_analysis[] comment:string_t confidence:string_t
      confidence_score:integer_t device:device impact:string_t impact_id:integer_t
      impact_score:integer_t malware:malware[] malware_scan_info:malware_scan_info
      remediation:remediation risk_details:string_t risk_level:string_t risk_level_id:integer_t
      risk_score:integer_t vendor_attributes:vendor_attributes vulnerabilities:vulnerability[]
    `,
    statuses: '0 Unknown, 1 New, 2 In Progress, 3 Suppressed, 4 Resolved, 5 Archived, 6 Deleted, 99 Other',
  },
  2005: {
    name: 'incident_finding',
    activities: '0 Unknown, 1 Create, 2 Update, 3 Close, 99 Other',
    required: 'finding_info_list:finding_info[] status_id:integer_t',
    attributes: `
      confidence_id:integer_t desc:string_t impact:string_t impact_id:integer_t impact_score:integer_t
      priority_id:integer_t src_url:url_t verdict:string_t verdict_id:integer_t assignee:user
      assignee_group:group attacks:attack[] comment:string_t confidence:string_t
      confidence_score:integer_t is_suspected_breach:boolean_t priority:string_t ticket:ticket!
      tickets:ticket[] vendor_attributes:vendor_attributes
    `,
    statuses: '0 Unknown, 1 New, 2 In Progress, 3 On Hold, 4 Resolved, 5 Closed, 99 Other',
    atLeastOne: 'assignee assignee_group',
  },
  2006: {
    name: 'data_security_finding',
    activities: '0 Unknown, 1 Create, 2 Update, 3 Close, 4 Suppressed, 99 Other',
    required: 'finding_info:finding_info',
    attributes: `
      actor:actor confidence_id:integer_t data_security:data_security database:database
      databucket:databucket device:device dst_endpoint:network_endpoint file:file is_alert:boolean_t
      resources:resource_details[] src_endpoint:network_endpoint table:table comment:string_t
      confidence:string_t confidence_score:integer_t impact:string_t impact_id:integer_t
      impact_score:integer_t risk_details:string_t risk_level:string_t risk_level_id:integer_t
      risk_score:integer_t vendor_attributes:vendor_attributes
    `,
    statuses: '0 Unknown, 1 New, 2 In Progress, 3 Suppressed, 4 Resolved, 5 Archived, 6 Deleted, 99 Other',
  },
  3001: {
    name: 'account_change',
    activities: `
      0 Unknown, 1 Create, 2 Enable, 3 Password Change, 4 Password Reset, 5 Disable, 6 Delete, 7 Attach
      Policy, 8 Detach Policy, 9 Lock, 10 MFA Factor Enable, 11 MFA Factor Disable, 12 Unlock, 99 Other
    `,
    required: 'user:user',
    attributes: `
      actor:actor src_endpoint:network_endpoint user_result:user auth_factors:auth_factor[]
      http_request:http_request http_response:http_response policies:policy[] policy:policy!
    `,
  },
  3002: {
    name: 'authentication',
    activities: `
      0 Unknown, 1 Logon, 2 Logoff, 3 Authentication Ticket, 4 Service Ticket Request, 5 Service Ticket
      Renew, 6 Preauth, 7 Account Switch, 99 Other
    `,
    required: 'user:user',
    attributes: `
      account_switch_type:string_t account_switch_type_id:integer_t actor:actor auth_protocol:string_t
      auth_protocol_id:integer_t certificate:certificate dst_endpoint:network_endpoint is_mfa:boolean_t
      is_remote:boolean_t logon_type:string_t logon_type_id:integer_t service:service session:session
      src_endpoint:network_endpoint auth_factors:auth_factor[] authentication_token:authentication_token
      http_request:http_request http_response:http_response is_cleartext:boolean_t
      is_new_logon:boolean_t logon_process:process
    `,
    atLeastOne: 'service dst_endpoint',
  },
  3003: {
    name: 'authorize_session',
    activities: '0 Unknown, 1 Assign Privileges, 2 Assign Groups, 99 Other',
    required: 'user:user',
    attributes: `
      actor:actor group:group privileges:string_t[] session:session src_endpoint:network_endpoint
      dst_endpoint:network_endpoint http_request:http_request http_response:http_response
    `,
    justOne: 'privileges group',
  },
  3004: {
    name: 'entity_management',
    activities: `
      0 Unknown, 1 Create, 2 Read, 3 Update, 4 Delete, 5 Move, 6 Enroll, 7 Unenroll, 8 Enable, 9
      Disable, 10 Activate, 11 Deactivate, 12 Suspend, 13 Resume, 99 Other
    `,
    required: 'entity:managed_entity',
    attributes: `
      actor:actor comment:string_t entity_result:managed_entity src_endpoint:network_endpoint
      access_list:string_t[] access_mask:integer_t http_request:http_request http_response:http_response
    `,
  },
  3005: {
    name: 'user_access',
    activities: '0 Unknown, 1 Assign Privileges, 2 Revoke Privileges, 99 Other',
    required: 'privileges:string_t[] user:user',
    attributes: `
      actor:actor resource:resource_details! resources:resource_details[] src_endpoint:network_endpoint
      http_request:http_request http_response:http_response
    `,
  },
  3006: {
    name: 'group_management',
    activities: `
      0 Unknown, 1 Assign Privileges, 2 Revoke Privileges, 3 Add User, 4 Remove User, 5 Delete, 6
      Create, 7 Add Subgroup, 8 Remove Subgroup, 99 Other
    `,
    required: 'group:group',
    attributes: `
      actor:actor privileges:string_t[] resource:resource_details src_endpoint:network_endpoint
      subgroup:group user:user http_request:http_request http_response:http_response
    `,
  },
  4009: {
    name: 'email_activity',
    activities: '0 Unknown, 1 Send, 2 Receive, 3 Scan, 4 Trace, 5 MTA Relay, 99 Other',
    required: 'direction_id:integer_t email:email',
    attributes: `
      command:string_t dst_endpoint:network_endpoint email_auth:email_auth from:email_t
      message_trace_uid:string_t protocol_name:string_t smtp_hello:string_t!
      src_endpoint:network_endpoint to:email_t[] attempt:integer_t banner:string_t direction:string_t
    `,
  },
  5001: {
    name: 'inventory_info',
    activities: '0 Unknown, 1 Log, 2 Collect, 99 Other',
    required: 'device:device',
  },
  5003: {
    name: 'user_inventory',
    activities: '0 Unknown, 1 Log, 2 Collect, 99 Other',
    required: 'user:user',
  },
  5019: {
    name: 'device_config_state_change',
    activities: '0 Unknown, 1 Log, 2 Collect, 99 Other',
    required: 'device:device',
    attributes: `
      prev_security_level:string_t prev_security_level_id:integer_t
      prev_security_states:security_state[] security_level:string_t security_level_id:integer_t
      security_states:security_state[] state_id:integer_t actor:actor state:string_t
    `,
  },
  6001: {
    name: 'web_resources_activity',
    activities: `
      0 Unknown, 1 Create, 2 Read, 3 Update, 4 Delete, 5 Search, 6 Import, 7 Export, 8 Share, 99 Other
    `,
    required: 'web_resources:web_resource[]',
    attributes: `
      dst_endpoint:network_endpoint http_request:http_request src_endpoint:network_endpoint
      web_resources_result:web_resource[] http_response:http_response tls:tls
    `,
  },
  6002: {
    name: 'application_lifecycle',
    activities: `
      0 Unknown, 1 Install, 2 Remove, 3 Start, 4 Stop, 5 Restart, 6 Enable, 7 Disable, 8 Update, 99
      Other
    `,
    required: 'app:product',
  },
  6003: {
    name: 'api_activity',
    activities: '0 Unknown, 1 Create, 2 Read, 3 Update, 4 Delete, 99 Other',
    required: 'actor:actor api:api src_endpoint:network_endpoint',
    attributes: `
      dst_endpoint:network_endpoint http_request:http_request http_response:http_response
      resources:resource_details[]
    `,
  },
  6005: {
    name: 'datastore_activity',
    activities: `
      0 Unknown, 1 Read, 2 Update, 3 Connect, 4 Query, 5 Write, 6 Create, 7 Delete, 8 List, 9 Encrypt,
      10 Decrypt, 99 Other
    `,
    required: 'actor:actor src_endpoint:network_endpoint',
    attributes: `
      database:database databucket:databucket dst_endpoint:network_endpoint http_request:http_request
      http_response:http_response query_info:query_info table:table type_id:integer_t type:string_t
    `,
    atLeastOne: 'database databucket table',
  },
  6006: {
    name: 'file_hosting',
    activities: `
      0 Unknown, 1 Upload, 2 Download, 3 Update, 4 Delete, 5 Rename, 6 Copy, 7 Move, 8 Restore, 9
      Preview, 10 Lock, 11 Unlock, 12 Share, 13 Unshare, 14 Open, 15 Sync, 16 Unsync, 17 Access Check,
      99 Other
    `,
    required: 'actor:actor file:file src_endpoint:network_endpoint',
    attributes: `
      dst_endpoint:network_endpoint http_request:http_request access_list:string_t[]
      access_mask:integer_t access_result:json_t connection_info:network_connection_info
      expiration_time:timestamp_t file_result:file http_response:http_response share:string_t
      share_type:string_t share_type_id:integer_t
    `,
  },
};
