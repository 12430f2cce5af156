/**
 * The values of enumerated attributes, by `object.attribute`, or by the attribute alone where it means the same
 * everywhere. 0 is Unknown and 99 is Other in all of them. One that ends in `…` has more values than are known
 * here: another number is let pass.
 */
export const enums: Readonly<Record<string, string>> = {
  severity_id: '1 Informational, 2 Low, 3 Medium, 4 High, 5 Critical, 6 Fatal',
  status_id: '1 Success, 2 Failure',
  action_id: '1 Allowed, 2 Denied, 3 Observed, 4 Modified',
  disposition_id: `
    1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, 6 Dropped, 8 Approved, 9 Restored, 14 Delayed, 15 Detected,
    16 No Action, 17 Logged, 18 Tagged, 19 Alert, 24 Access Revoked, 25 Rejected, 26 Unauthorized, 27 Error, …
  `,
  confidence_id: '1 Low, 2 Medium, 3 High',
  verdict_id: `
    1 False Positive, 2 True Positive, 3 Disregard, 4 Suspicious, 5 Benign, 6 Test, 7 Insufficient Data,
    8 Security Risk, 9 Managed Externally, 10 Duplicate
  `,
  direction_id: '1 Inbound, 2 Outbound, 3 Internal, 4 Local',
  logon_type_id: '1 System, 2 Interactive, 3 Network, …',
  auth_protocol_id: '1 NTLM, 2 Kerberos, 4 OpenID, 5 SAML, 6 OAuth 2.0, 11 Basic, 12 LDAP, …',
  state_id: '1 Disabled, 2 Enabled',
  security_level_id: '1 Secure, 2 At Risk, 3 Compromised',
  prev_security_level_id: '1 Secure, 2 At Risk, 3 Compromised',
  'user.type_id': '1 User, 2 Admin, 3 System, 4 Service',
  'managed_entity.type_id': '1 Device, 2 User, 3 Group, 4 Organization, 5 Policy, 6 Email, 7 Network Zone',
  'compliance.status_id': '1 Pass, 2 Warning, 3 Fail',
  'fingerprint.algorithm_id': '1 MD5, 2 SHA-1, 3 SHA-256, 4 SHA-512, 7 quickXorHash, …',
  'account.type_id': '6 Azure AD, 13 Azure Subscription, 17 Microsoft 365 Tenant, 18 Email, …',
  'auth_factor.factor_type_id': `
    1 SMS, 3 Phone Call, 5 Push, 6 Hardware Token, 7 OTP, 8 Email, 10 WebAuthn, 11 Password, …
  `,
  'device.type_id': '1 Server, 2 Desktop, 3 Laptop, 4 Tablet, 5 Mobile, 6 Virtual, …',
  'file.type_id': '1 Regular File, 2 Folder, …',
  'databucket.type_id': '2 Azure Blob, …',
  'resource_details.role_id': '1 Target, 2 Actor, 3 Affected, 4 Related',
  'observable.type_id': `
    1 Hostname, 2 IP Address, 4 User Name, 5 Email Address, 6 URL String, 7 File Name, 8 Hash, 10 Resource UID,
    14 Country, 16 HTTP User-Agent, 20 Endpoint, 21 User, 22 Email, 24 File, 26 Geo Location, 30 Fingerprint,
    31 User UID, 33 Group UID, 40 Email Subject, 41 Email UID, 42 Message UID, 45 File Path, 47 Device UID, …
  `,
};
