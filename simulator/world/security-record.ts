import { guid, type Random } from './random.ts';
import type { SimRecord } from './world.ts';

/** How far somebody has got with an alert or an incident. */
export interface Stage {
  readonly time: number;
  /** In the words of alerts; incidents say `active` for `new`. */
  readonly status: 'new' | 'inProgress' | 'resolved';
  readonly severity: 'informational' | 'low' | 'medium' | 'high';
  readonly assignedTo: string | null;
  readonly classification: string | null;
  readonly determination: string | null;
  readonly investigation: string;
  readonly more: readonly string[];
}

export interface AlertFacts {
  readonly id: string;
  readonly incident: string | null;
  readonly created: number;
  readonly tenant: string;
  readonly title: string;
  readonly category: string;
  readonly service: string;
  readonly detection: string;
  readonly product: string;
  readonly technique: string;
  /** JSON texts. */
  readonly evidence: readonly string[];
}

export interface IncidentFacts {
  readonly id: string;
  readonly created: number;
  readonly tenant: string;
  readonly title: string;
  readonly summary: string | null;
}

const text = (value: string | null): string => JSON.stringify(value);
/** Seven digits, as these services write them. */
const stamp = (time: number): string => `${new Date(time).toISOString().slice(0, 23)}3333Z`;

export const alertJson = (facts: AlertFacts, stage: Stage): string =>
  `{"id":"da${facts.id}_1","providerAlertId":"${facts.id}_1","incidentId":${text(facts.incident)},"status":"${stage.status}",` +
  `"severity":"${stage.severity}","classification":${text(stage.classification)},"determination":${text(stage.determination)},` +
  `"serviceSource":"${facts.service}","detectionSource":"${facts.detection}","productName":${text(facts.product)},"detectorId":null,` +
  `"tenantId":"${facts.tenant}","title":${text(facts.title)},"description":${text(`${facts.title}. Invented by the simulator.`)},` +
  `"recommendedActions":"","category":"${facts.category}","assignedTo":${text(stage.assignedTo)},"alertWebUrl":null,"incidentWebUrl":null,` +
  `"actorDisplayName":null,"threatDisplayName":null,"threatFamilyName":null,"mitreTechniques":["${facts.technique}"],` +
  `"createdDateTime":"${stamp(facts.created)}","lastUpdateDateTime":"${stamp(stage.time)}",` +
  `"resolvedDateTime":${stage.status === 'resolved' ? `"${stamp(stage.time)}"` : 'null'},"firstActivityDateTime":"${stamp(facts.created - 600_000)}",` +
  `"lastActivityDateTime":"${stamp(facts.created - 300_000)}","investigationState":"${stage.investigation}","systemTags":[],"alertPolicyId":null,` +
  `"additionalData":null,"customDetails":{},"comments":[],"evidence":[${[...facts.evidence, ...stage.more].join(',')}]}`;

export const incidentJson = (facts: IncidentFacts, stage: Stage): string =>
  `{"id":"${facts.id}","tenantId":"${facts.tenant}","status":"${stage.status === 'new' ? 'active' : stage.status}","incidentWebUrl":null,` +
  `"redirectIncidentId":null,"displayName":${text(facts.title)},"createdDateTime":"${stamp(facts.created)}",` +
  `"lastUpdateDateTime":"${stamp(stage.time)}","assignedTo":${text(stage.assignedTo)},"classification":${text(stage.classification ?? 'unknown')},` +
  `"determination":${text(stage.determination ?? 'unknown')},"severity":"${stage.severity}","customTags":[],"systemTags":[],` +
  `"description":null,"lastModifiedBy":${text(stage.assignedTo)},"resolvingComment":null,"summary":${text(facts.summary)},"priorityScore":${stage.severity === 'high' ? 80 : 40},"comments":[]}`;

const evidence = (kind: string, created: number, roles: readonly string[], members: string): string =>
  `{"@odata.type":"#microsoft.graph.security.${kind}Evidence","createdDateTime":"${stamp(created)}","verdict":"suspicious","remediationStatus":"none",` +
  `"remediationStatusDetails":null,"roles":${JSON.stringify(roles)},"detailedRoles":[],"tags":[],${members}}`;

interface Somebody {
  readonly id: string;
  readonly address: string;
  readonly nameJson: string;
}
export const userEvidence = (created: number, who: Somebody, roles: readonly string[]): string =>
  evidence('user', created, roles, `"stream":null,"userAccount":{"accountName":"${who.address.split('@')[0] ?? ''}","domainName":null,"userSid":null,"azureAdUserId":"${who.id}","userPrincipalName":"${who.address}","displayName":${who.nameJson}}`); // prettier-ignore
export const ipEvidence = (created: number, ip: string, country: string, roles: readonly string[]): string =>
  evidence(
    'ip',
    created,
    roles,
    `"ipAddress":"${ip}","countryLetterCode":"${country}","location":null,"stream":null`,
  );
export const deviceEvidence = (created: number, r: Random, name: string): string =>
  evidence('device', created, [], `"mdeDeviceId":"${guid(r)}","azureAdDeviceId":"${guid(r)}","deviceDnsName":"${name.toLowerCase()}","hostName":"${name}","osPlatform":"Windows11","version":"24H2","loggedOnUsers":[]`); // prettier-ignore
export const messageEvidence = (
  created: number,
  r: Random,
  mail: { sender: string; recipient: string; subject: string; ip: string },
): string =>
  evidence('analyzedMessage', created, [], `"networkMessageId":"${guid(r)}","internetMessageId":"<${guid(r)}@mail.simulator.example>","subject":${text(mail.subject)},"recipientEmailAddress":"${mail.recipient}","senderIp":"${mail.ip}","p1Sender":{"emailAddress":"${mail.sender}"},"p2Sender":{"emailAddress":"${mail.sender}"},"deliveryAction":"Delivered","antiSpamDirection":"inbound"`); // prettier-ignore

/** The versions of a changing thing: each is there from its own time until the next one is. */
export function versionsOf(
  stages: readonly Stage[],
  delay: number,
  write: (stage: Stage) => string,
): SimRecord[] {
  return stages.map((stage, n) => {
    const next = stages[n + 1];
    const shown = { time: stage.time, visibleAt: stage.time + delay, json: () => write(stage) };
    return next === undefined ? shown : { ...shown, goneAt: next.time + delay };
  });
}
