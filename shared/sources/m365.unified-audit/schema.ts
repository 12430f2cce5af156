import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  // of every record
  'Id', 'RecordType', 'Operation', 'Activity', 'Name', 'Workload', 'UserType', 'UserId', 'UserKey', 'ResultStatus',
  'ObjectId', 'ClientIP', 'AppAccessContext', 'ExtendedProperties', 'Parameters',
  // who, from where, with what
  'User', 'UserEmail', 'InitiatedBy', 'PerformedBy', 'Caller', 'CallerUpn',
  'Actor', 'ActorUserId', 'LogonUserDisplayName', 'LogonUserSid', 'ClientIPAddress', 'ActorIpAddress', 'UserIp',
  'SenderIp', 'SenderIP', 'UserAgent', 'ClientInfoString', 'ApplicationDisplayName', 'ApplicationName',
  'ApplicationId', 'ClientProcessName', 'AppName', 'ClientApplication', 'Application', 'ClientAppId', 'AppId',
  'DeviceProperties', 'DeviceName', 'ClientMachineName', 'Platform', 'ClientRegion', 'Common',
  // what came of it
  'LogonError', 'ErrorNumber', 'ErrorCode', 'LoginStatus', 'OperationStatus', 'IsSuccess', 'ResultMessage',
  'Reason', 'AuthenticationStatus', 'FailureReason', 'ResultReason', 'ErrorMessage', 'Succeeded', 'HttpStatusCode', 'StatusCode',
  // on what: directory, files, sharing
  'Target', 'ModifiedProperties', 'ItemType', 'SourceFileName', 'DestinationFileName', 'DestinationRelativeUrl',
  'SiteUrl', 'TargetUserOrGroupName', 'TargetUserOrGroupType', 'UserSharedWith', 'ListTitle',
  // mailboxes and mail
  'MailboxOwnerUPN', 'MailboxGuid', 'DestMailboxOwnerUPN', 'SendAsUserSmtp', 'SendOnBehalfOfUserSmtp', 'Item',
  'AffectedItems', 'Folders', 'Folder', 'DestFolder', 'InternetMessageId', 'NetworkMessageId', 'MessageId', 'Subject', 'P1Sender', 'P2Sender',
  'Sender', 'Recipients', 'Receivers', 'Recipient', 'ReleaseTo', 'Directionality', 'DeliveryAction', 'Verdict',
  'AttachmentName', 'ExchangeDetails', 'OperationProperties', 'EventValue',
  // Teams, Yammer and other places of work
  'TeamName', 'TeamGuid', 'ChannelName', 'ChannelGuid', 'ChatThreadId', 'ChatName', 'Members', 'Invitee', 'ItemName',
  'GroupName', 'TargetUserId', 'FileId', 'FileName', 'CopilotEventData', 'FormName', 'FormId', 'EntityName', 'EntityId',
  'WorkSpaceName', 'WorkspaceName', 'ReportName', 'DashboardName', 'DatasetName', 'ObjectDisplayName',
  // alerts, threats, data protection
  'AlertId', 'AlertEntityId', 'EntityType', 'PolicyId', 'Severity', 'Data', 'InvestigationId', 'InvestigationName',
  'Url', 'URL', 'FileData', 'PolicyDetails', 'SharePointMetaData', 'ExchangeMetaData', 'EndpointMetaData',
  'SubmitterId',
  'Status', 'CommandStatus', 'UrlClickAction', 'URLClickAction', 'EnforcementMode', 'AttachmentData', 'PolicyMatchInfo', 'TargetFilePath',
  'TargetDomain', 'TargetPrinterName', 'EmailInfo', 'LastModifiedBy', 'Case', 'CaseId',
  // what services without fields of their own for it hold in lists of names and values, or in JSON
  'Message', 'Messages', 'Attendees', 'AddOnName', 'AddOnGuid', 'ExtraProperties', 'PropertyCollection', 'AuditData',
  'SharingInformation', 'WorkspaceAccessList', 'RecipientUPN', 'ResourceTitle', 'ResourceUrl', 'AadAppId',
  'WorkspaceId', 'ReportId', 'DashboardId', 'DatasetId', 'UserUPN', 'UserUpn', 'UserPrincipalName', 'ActorName',
  'ResultDescription', 'AppIdentity', 'AlertSeverity', 'AlertDisplayName', 'Title', 'Applications', 'SearchQueryText', 'FailureType', 'ActionStatus', 'RiskEventType', 'RiskLevel', 'ExceptionInfo', 'Actions', 'Username',
  'Approver', 'Organizer', 'MeetingURL', 'MeetingDetailId', 'NewValue', 'AgentId', 'AgentName', 'MembershipInformation', 'CaseName', 'RoleGroupName',
  'CompletionStatus', 'DeviceDisplayName', 'EventData', 'PreviousFileName', 'ElevationRole', 'SRPolicyMatchDetails', 'Entities', 'MemberUpn', 'EffectiveOrganization', 'SourceRelativeUrl',
  'Success', 'IsSuccessful', 'Result', 'QueryText', 'ArtifactName', 'ArtifactId', 'AzureADAppId', 'CallId', 'MessageURLs',
  'MessageFiles', 'ObjectName', 'ExportName', 'Query', 'PrimaryFieldValue', 'LabelId', 'LabelName', 'SensitivityLabelId', 'OldSensitivityLabelId',
  'SensitivityLabelEventData', 'DestinationLabel', 'SourceLabel', 'RemovableMediaDeviceAttributes', 'TargetYammerUserId', 'DeviceId', 'MachineId', 'ActivityParameters',
  // what belongs together
  'CorrelationId', 'InterSystemsId', 'SessionId', 'RequestId', 'IncidentId', 'ActivityId',
] as const; // prettier-ignore

/** A record of a content blob. Only the time is indispensable; types are as many as there are services. */
export type UnifiedAudit = { readonly CreationTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const unifiedAuditSchema = openRecord<UnifiedAudit>('CreationTime');
