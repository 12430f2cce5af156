/** Events as other products write them: the forms of Authentication, Email Activity and so on, with invented people. */
export const examples: Readonly<Record<string, unknown>> = {
  'a failed sign-in': {
    activity_id: 1, activity_name: 'Logon', category_uid: 3, class_uid: 3002, type_uid: 300201, severity_id: 2,
    status_id: 2, status_code: '50126', time: 1767607082000,
    metadata: {
      version: '1.8.0', product: { vendor_name: 'Microsoft', name: 'Entra ID' }, profiles: ['security_control'],
      uid: '01JGT-SYN-1', original_event_uid: '66ea54eb-0000-4000-8000-000000000001',
      original_time: '2026-01-05T09:58:02Z', log_name: 'signIns', tenant_uid: 'c0a10000-0000-4000-8000-00000000c001',
      correlation_uid: 'c0ffee00-0000-4000-8000-000000000001',
    },
    user: {
      uid: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'mira.holt@contoso.example',
      email_addr: 'mira.holt@contoso.example', type_id: 1,
    },
    actor: { user: { uid: 'aaaaaaaa-0000-4000-8000-000000000001' } },
    service: { name: 'Office 365 Exchange Online', uid: '00000002-0000-4000-8000-000000000000' },
    src_endpoint: { ip: '198.51.100.23', location: { city: 'Malmö', country: 'SE' } },
    is_remote: true, is_mfa: false, logon_type_id: 99, logon_type: 'singleFactorAuthentication', action_id: 2,
    disposition_id: 26,
    observables: [
      { name: 'src_endpoint.ip', type_id: 2, value: '198.51.100.23' },
      { name: 'user.uid', type_id: 31, value: 'aaaaaaaa-0000-4000-8000-000000000001' },
    ],
  },
  'a traced mail': {
    activity_id: 4, category_uid: 4, class_uid: 4009, type_uid: 400904, severity_id: 1, status_id: 1,
    time: 1767607085000, direction_id: 1, message_trace_uid: '5fb1d8a0-0000-4000-8000-000000000002',
    metadata: {
      version: '1.8.0', product: { vendor_name: 'Microsoft', name: 'Exchange Online' }, profiles: ['security_control'],
      uid: '01JGT-SYN-2', log_name: 'messageTrace', original_time: '2026-01-05T09:58:05Z',
    },
    from: 'bounce-77@fabrikam.example', to: ['oskar.lind@contoso.example'],
    email: {
      from: 'billing@fabrikam.example', to: ['oskar.lind@contoso.example'], subject: 'Invoice 4711',
      message_uid: '<4711@fabrikam.example>', size: 48123,
    },
    src_endpoint: { ip: '203.0.113.17' }, action_id: 1, disposition_id: 1, unmapped: { Status: 'Delivered' },
  },
  'a searched archive': {
    activity_id: 5, activity_name: 'Search', category_uid: 6, class_uid: 6001, type_uid: 600105, severity_id: 1,
    status_id: 1, time: 1767608536000,
    metadata: {
      version: '1.8.0', product: { vendor_name: 'Mimecast', name: 'Archive' }, profiles: ['host'], uid: '01JGT-SYN-3',
      log_name: 'archive-search-logs', original_time: '2026-01-05T10:22:16+0000',
    },
    actor: { user: { name: 'mira.holt@contoso.example', type_id: 2 } },
    web_resources: [
      { name: 'archive', type: 'mail archive', data: { searchText: 'invoice 4711', searchReason: 'Case 2026-014' } },
    ],
    message: 'Archive Search', raw_data_hash: { algorithm_id: 3, value: '0'.repeat(64) },
  },
  'an opened file': {
    activity_id: 14, category_uid: 6, class_uid: 6006, type_uid: 600614, severity_id: 1, status_id: 1,
    time: 1767607100000,
    metadata: {
      version: '1.8.0', product: { vendor_name: 'Microsoft', name: 'SharePoint Online' }, uid: '01JGT-SYN-4',
      event_code: 'FileAccessed', original_event_uid: '7d3a0000-0000-4000-8000-000000000004',
    },
    actor: { user: { name: 'mira.holt@contoso.example' } }, src_endpoint: { ip: '198.51.100.23' },
    file: { name: 'plan.xlsx', type_id: 1, path: 'https://contoso.example/sites/f/plan.xlsx' },
  },
  'a clicked link': {
    activity_id: 1, category_uid: 2, class_uid: 2004, type_uid: 200401, severity_id: 4, status_id: 1,
    time: 1767607200000,
    metadata: {
      version: '1.8.0', product: { vendor_name: 'Mimecast', name: 'TTP URL Protect' }, profiles: ['security_control'],
      uid: '01JGT-SYN-5',
    },
    finding_info: { uid: 'sha256:ab12', title: 'Malicious URL clicked', types: ['url'], created_time: 1767607200000 },
    evidences: [
      {
        email: {
          from: 'billing@fabrikam.example', to: ['oskar.lind@contoso.example'], message_uid: '<r1@fabrikam.example>',
        },
        url: { url_string: 'https://login.fabrikam.example/reset' },
        user: { email_addr: 'oskar.lind@contoso.example', name: 'oskar.lind@contoso.example' },
      },
    ],
    is_alert: true, action_id: 2, disposition_id: 2,
  },
}; // prettier-ignore
