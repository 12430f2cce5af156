import { doerOf, inner, unifiedJson, type AuditFacts, type Doer, type Writer } from './audit-envelope.ts';
import { addressOf, type Cast } from './cast.ts';
import { endpointMatch } from './data-loss.ts';
import { fileName } from './file-activity.ts';
import { between, chance, guid, hex8, pick, table, type Random } from './random.ts';

type Draft = (cast: Cast, r: Random, time: number) => AuditFacts;

const channels = ['General', 'Allgemein', 'Project Birch', '☕ Kaffeeküche', '雑談'];
const teamsOperations = [
  'MessageSent',
  'MessageEditedHasLink',
  'ChatCreated',
  'MeetingDetail',
  'TeamsSessionStarted',
];

const teams: Draft = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  const other = cast.staff.someone(r, time);
  const group = pick(r, cast.groups);
  const member = (name: string, address: string, role: number): string =>
    `{"DisplayName":${name},"Role":${role},"UPN":"${address}"}`;
  return {
    recordType: 25,
    operation: pick(r, teamsOperations),
    workload: 'MicrosoftTeams',
    doer: { ...doerOf(person), userKey: person.id },
    ip: addressOf(r, person),
    more:
      `,"CommunicationType":"${chance(r, 0.5) ? 'GroupChat' : 'Channel'}","TeamName":${group.nameJson},"TeamGuid":"19:${hex8(r)}${hex8(r)}@thread.example",` +
      `"ChannelName":"${pick(r, channels)}","ChannelGuid":"19:${hex8(r)}${hex8(r)}@thread.example","ChannelType":"Standard",` +
      `"ChatThreadId":"19:${guid(r)}_${guid(r)}@unq.example","MessageId":"${between(r, 1.6e9, 1.8e9)}000","MessageVersion":"1",` +
      `"Members":[${member(person.nameJson, person.address, 1)},${member(other.nameJson, other.address, 0)}],` +
      `"ItemName":${group.nameJson},"ParticipantInfo":{"HasForeignTenantUsers":false,"HasGuestUsers":false,"ParticipatingTenantIds":["${cast.tenantId}"]},` +
      `"ResourceTenantId":"${cast.tenantId}","ExtraProperties":[{"Key":"TimeZone","Value":"UTC"},{"Key":"OsName","Value":"windows"}]`,
  };
};
const report: Draft = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  return {
    recordType: 20,
    operation: pick(r, ['ViewReport', 'ExportReport', 'RefreshDataset', 'ViewDashboard']),
    workload: 'PowerBI',
    doer: doerOf(person),
    ip: addressOf(r, person),
    objectId: 'Umsatz je Region',
    more:
      `,"UserAgent":"${person.agent}","Activity":"ViewReport","ItemName":"Umsatz je Region","WorkSpaceName":"Controlling",` +
      `"DatasetName":"Umsatz","ReportName":"Umsatz je Region","WorkspaceId":"${guid(r)}","DatasetId":"${guid(r)}",` +
      `"ReportId":"${guid(r)}","ReportType":"PowerBIReport","RequestId":"${guid(r)}","ActivityId":"${guid(r)}","IsSuccess":true,` +
      `"DistributionMethod":"Workspace","ConsumptionMethod":"Power BI Web","ArtifactKind":"Report"`,
  };
};
const assistant: Draft = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  const resource = `{"Action":"Read","Name":"${inner(fileName(r))}","Type":"docx","SiteUrl":"${pick(r, cast.sites).url}"}`;
  return {
    recordType: 261,
    operation: 'CopilotInteraction',
    workload: 'Copilot',
    doer: { ...doerOf(person), userKey: person.id },
    ip: addressOf(r, person),
    more:
      `,"ClientRegion":"EU","CopilotEventData":{"AppHost":"Word","AccessedResources":[${resource}],"Contexts":[],` +
      `"MessageIds":[],"Messages":[{"Id":"${between(r, 1.6e9, 1.8e9)}","isPrompt":true}],"ThreadId":"19:${guid(r)}@thread.example"}`,
  };
};
const flow: Draft = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  return {
    recordType: 30,
    operation: pick(r, ['CreateFlow', 'EditFlow', 'DeleteFlow']),
    workload: 'MicrosoftFlow',
    doer: doerOf(person),
    more: `,"FlowConnectorNames":"Mail, Sheets","FlowDetailsUrl":"https://flows.example/${guid(r)}","LicenseDisplayName":"Demo","UserUPN":"${person.address}","SharingPermission":"3"`,
  };
};

const alertDoer: Doer = {
  userId: 'SecurityComplianceAlerts',
  userKey: 'SecurityComplianceAlerts',
  userType: 4,
};
export interface AlertText {
  readonly name: string;
  readonly severity: 'Low' | 'Medium' | 'High';
  readonly about: string;
}
/** An alert of the compliance centre (40): `Data` is JSON inside a string. */
export function alertFacts(r: Random, alert: AlertText): AuditFacts {
  const id = guid(r);
  const data = JSON.stringify({
    etype: 'User',
    eid: alert.about,
    tid: id,
    an: alert.name,
    sev: alert.severity,
  });
  return {
    recordType: 40,
    operation: 'AlertTriggered',
    workload: 'SecurityComplianceCenter',
    doer: alertDoer,
    result: 'Succeeded',
    objectId: id,
    more:
      `,"AlertId":"${id}","AlertType":"System","Category":"ThreatManagement","Comments":"New alert","Data":"${inner(data)}",` +
      `"Name":"${inner(alert.name)}","PolicyId":"${guid(r)}","Severity":"${alert.severity}","Source":"Office 365 Security & Compliance",` +
      `"Status":"Active","AlertEntityId":"${alert.about}","EntityType":"User"`,
  };
}
const alert: Draft = (cast, r, time) => {
  const about = cast.staff.someone(r, time).address;
  return alertFacts(r, { name: 'Unusual volume of file deletion', severity: 'Low', about });
};
// About a quarter of the types seen in the field are in no published table: kept as numbers, never guessed.
const nameless: Draft = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  return {
    recordType: pick(r, [417, 433, 462, 501, 588, 612]),
    operation: pick(r, ['ArtifactSynced', 'InsightViewed', 'SettingTouched', 'EntityResolved']),
    workload: pick(r, ['PlatformOne', 'VivaGlow', 'PeopleHub']),
    doer: chance(r, 0.2) ? { userId: guid(r), userKey: 'Not Available', userType: 5 } : doerOf(person),
    more: `,"Detail":{"Kind":"${hex8(r)}","Ähnlich":true,"Count":${between(r, 0, 90)}},"ActivityId":"${guid(r)}"`,
  };
};

const written =
  (draft: Draft): Writer =>
  (cast, r, time) =>
    unifiedJson(cast, r, time, draft(cast, r, time));
const kinds = table<Writer>([
  { weight: 48, value: written(teams) },
  { weight: 14, value: endpointMatch },
  { weight: 10, value: written(report) },
  { weight: 8, value: written(assistant) },
  { weight: 4, value: written(flow) },
  { weight: 3, value: written(alert) },
  { weight: 13, value: written(nameless) },
]);
/** An ordinary record of Audit.General: Teams, reports, alerts, endpoint noise, and types nobody has a name for. */
export const generalActivity: Writer = (cast, r, time) => kinds(r)(cast, r, time);
