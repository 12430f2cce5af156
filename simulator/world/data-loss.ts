import { doerOf, inner, unifiedJson, type Doer, type Writer } from './audit-envelope.ts';
import { addressOf, type Cast } from './cast.ts';
import { fileName } from './file-activity.ts';
import { everydaySubject } from './mail-words.ts';
import type { Person } from './people.ts';
import { between, guid, pick, table, type Random } from './random.ts';

const agent = (person: Person): Doer => ({ ...doerOf(person), userKey: 'DlpAgent', userType: 4 });

/**
 * What a rule found. `DetectedValues` holds the matched text itself, in the clear, as the service sends it;
 * the numbers here are invented and belong to nobody.
 */
function policyDetails(r: Random, severity: string): string {
  const digits = String(between(r, 1_000_000, 9_999_999));
  const found = `{"Name":"DE99 0000 0000 0${digits}","Value":"Zahlung an DE99 0000 0000 0${digits} bis Freitag"}`;
  return (
    `[{"PolicyId":"${guid(r)}","PolicyName":"Financial data – Finanzdaten","Rules":[{"RuleId":"${guid(r)}",` +
    `"RuleName":"Account numbers leave the company","Severity":"${severity}","Actions":["NotifyUser","GenerateAlert"],` +
    `"ConditionsMatched":{"SensitiveInformation":[{"SensitiveType":"${guid(r)}","SensitiveInformationTypeName":"IBAN","Count":1,` +
    `"Confidence":85,"SensitiveInformationDetections":{"DetectedValues":[${found}],"ResultsTruncated":false}}]}}]}]`
  );
}

export interface FileMatch {
  readonly person: Person;
  readonly file: string;
  readonly url: string;
  readonly severity: 'Low' | 'Medium' | 'High';
}
/** A rule matched a shared file (11). */
export function fileMatchJson(cast: Cast, r: Random, time: number, match: FileMatch): string {
  const path = `${match.url}Shared Documents/${inner(match.file)}`;
  return unifiedJson(cast, r, time, {
    recordType: 11,
    operation: 'DLPRuleMatch',
    workload: 'SharePoint',
    doer: agent(match.person),
    objectId: path,
    more:
      `,"IncidentId":"${guid(r)}","PolicyDetails":${policyDetails(r, match.severity)},"SensitiveInfoDetectionIsIncluded":true,` +
      `"SharePointMetaData":{"From":"${match.person.address}","FileName":"${inner(match.file)}","FileOwner":"${match.person.address}",` +
      `"FilePathUrl":"${path}","SiteCollectionUrl":"${match.url}","UniqueID":"${guid(r)}","itemCreationTime":"${new Date(time - 86_400_000).toISOString().slice(0, 19)}"}`,
  });
}
const fileMatch: Writer = (cast, r, time) =>
  fileMatchJson(cast, r, time, {
    person: cast.staff.someone(r, time),
    file: fileName(r),
    url: pick(r, cast.sites).url,
    severity: pick(r, ['Low', 'Medium'] as const),
  });
const mailMatch: Writer = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  return unifiedJson(cast, r, time, {
    recordType: 13,
    operation: pick(r, ['DLPRuleMatch', 'DLPRuleUndo']),
    workload: 'Exchange',
    doer: agent(person),
    objectId: `<${guid(r)}@mail.${cast.domain}>`,
    more:
      `,"IncidentId":"${guid(r)}","PolicyDetails":${policyDetails(r, 'Medium')},"SensitiveInfoDetectionIsIncluded":true,` +
      `"ExchangeMetaData":{"MessageID":"<${guid(r)}@mail.${cast.domain}>","From":"${person.address}","To":["${pick(r, cast.contacts)}"],` +
      `"CC":[],"BCC":[],"Subject":"${everydaySubject(r)}","Sent":"${new Date(time).toISOString().slice(0, 19)}","RecipientCount":1}`,
  });
};
/** Endpoint matches (63) arrive under DLP.All and, as noise, under Audit.General. */
export const endpointMatch: Writer = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  const path = `C:\\\\Users\\\\${person.address.slice(0, person.address.indexOf('@'))}\\\\${inner(fileName(r))}`;
  return unifiedJson(cast, r, time, {
    recordType: 63,
    operation: pick(r, ['FileCopiedToRemovableMedia', 'FileUploadedToCloud', 'FilePrinted', 'DLPRuleMatch']),
    workload: 'Endpoint',
    doer: agent(person),
    ip: addressOf(r, person),
    objectId: path,
    more:
      `,"IncidentId":"${guid(r)}","PolicyDetails":${policyDetails(r, 'Low')},"EndpointMetaData":{"DeviceName":"${person.device}",` +
      `"Application":"explorer.exe","FileType":"xlsx","EnforcementMode":1,"SourceLocationType":1,"OriginatingDomain":"",` +
      `"TargetFilePath":"E:\\\\","Sha256":"${guid(r)}${guid(r)}"}`,
  });
};

const kinds = table<Writer>([
  { weight: 45, value: fileMatch },
  { weight: 35, value: mailMatch },
  { weight: 20, value: endpointMatch },
]);
/** An ordinary record of DLP.All. */
export const dataLoss: Writer = (cast, r, time) => kinds(r)(cast, r, time);
