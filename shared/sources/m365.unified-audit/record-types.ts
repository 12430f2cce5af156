/** How records are mapped: those of one family hold the same fields. */
export type Family =
  | 'admin'
  | 'mailbox'
  | 'file'
  | 'directory'
  | 'logon'
  | 'dlp'
  | 'label'
  | 'threat'
  | 'alert'
  | 'teams'
  | 'work'
  | 'platform'
  | 'compliance'
  | 'other';

// Numbers and names as Microsoft publishes them. About a quarter of the numbers seen in the wild are in no
// table: those keep their number, and their family comes from the workload.
const byFamily: Readonly<Record<Exclude<Family, 'other'>, string>> = {
  admin: `
    1 ExchangeAdmin, 10 DataCenterSecurityCmdlet, 18 SecurityComplianceCenterEOPCmdlet,
    23 SkypeForBusinessCmdlets, 53 InformationBarrierPolicyApplication, 57 MicrosoftTeamsAdmin,
    67 ApplicationAudit, 69 CustomerKeyServiceEncryption, 87 SecurityComplianceRBAC,
    106 SecurityComplianceUserChange, 147 CoreReportingSettings, 295 AuditSearch
  `,
  mailbox: `
    2 ExchangeItem, 3 ExchangeItemGroup, 19 ExchangeAggregatedOperation, 50 ExchangeItemAggregated,
    101 ExchangeSearch, 154 OMEPortal
  `,
  file: `
    4 SharePoint, 6 SharePointFileOperation, 7 OneDrive, 14 SharePointSharingOperation,
    36 SharePointListOperation, 37 SharePointCommentOperation, 54 SharePointListItemOperation,
    55 SharePointContentTypeOperation, 56 SharePointFieldOperation, 102 SharePointSearch
  `,
  directory: '8 AzureActiveDirectory',
  logon: '9 AzureActiveDirectoryAccountLogon, 15 AzureActiveDirectoryStsLogon, 275 OWAAuth',
  dlp: `
    11 ComplianceDLPSharePoint, 13 ComplianceDLPExchange, 33 ComplianceDLPSharePointClassification,
    63 DLPEndpoint, 99 OnPremisesFileShareScannerDlp, 100 OnPremisesSharePointScannerDlp,
    107 ComplianceDLPExchangeClassification
  `,
  label: `
    43 MIPLabel, 48 LabelContentExplorer, 70 OfficeNative, 71 MipAutoLabelSharePointItem,
    72 MipAutoLabelSharePointPolicyLocation, 75 MipAutoLabelExchangeItem, 82 SensitivityLabelPolicyMatch,
    83 SensitivityLabelAction, 84 SensitivityLabeledFileAction, 93 AipDiscover,
    94 AipSensitivityLabelAction, 95 AipProtectionAction, 96 AipFileDeleted, 97 AipHeartBeat,
    109 MipExactDataMatch
  `,
  threat: `
    28 ThreatIntelligence, 29 MailSubmission, 34 ThreatFinder, 41 ThreatIntelligenceUrl,
    47 ThreatIntelligenceAtpContent, 51 HygieneEvent, 61 InformationWorkerProtection, 62 Campaign,
    65 Quarantine, 85 AttackSim, 88 UserTraining, 90 MSTIC
  `,
  alert: `
    40 SecurityComplianceAlerts, 64 AirInvestigation, 78 WDATPAlerts, 86 AirManualInvestigation,
    89 AirAdminActionInvestigation, 98 MCASAlerts, 113 MS365DCustomDetection, 294 AadRiskDetection
  `,
  teams: `
    25 MicrosoftTeams, 49 TeamsHealthcare, 59 MicrosoftTeamsDevice, 60 MicrosoftTeamsAnalytics,
    73 MicrosoftTeamsShifts, 230 TeamsUpdates
  `,
  work: `
    12 Sway, 16 SkypeForBusinessPSTNUsage, 17 SkypeForBusinessUsersBlocked, 22 Yammer, 32 MicrosoftStream,
    35 Project, 39 Kaizala, 44 WorkplaceAnalytics, 66 MicrosoftForms, 76 CortanaBriefing,
    105 MyAnalyticsSettings, 131 OfficeScriptsRunAction, 188 PlannerPlan, 189 PlannerCopyPlan, 190 PlannerTask,
    191 PlannerRoster, 192 PlannerPlanList, 193 PlannerTaskList, 194 PlannerTenantSettings, 195 ProjectForTheWebProject,
    196 ProjectForTheWebTask, 197 ProjectForTheWebRoadmap, 198 ProjectForTheWebRoadmapItem,
    199 ProjectForTheWebProjectSettings, 200 ProjectForTheWebRoadmapSettings, 216 VivaGoals,
    231 PlannerRosterSensitivityLabel, 261 CopilotInteraction
  `,
  platform: `
    20 PowerBIAudit, 21 CRM, 30 MicrosoftFlow, 45 PowerAppsApp, 46 PowerAppsPlan,
    52 DataInsightsRestApiAudit, 174 DataShareOperation, 181 EduDataLakeDownloadOperation,
    183 MicrosoftGraphDataConnectOperation, 186 PowerPagesSite, 217 MicrosoftGraphDataConnectConsent,
    256 PowerPlatformAdministratorActivity
  `,
  compliance: `
    24 Discovery, 31 AeD, 38 DataGovernance, 42 SecurityComplianceInsights, 58 HRSignal,
    68 ComplianceSupervisionExchange, 81 MDATPAudit, 91 PhysicalBadgingSignal, 103 PrivacyInsights,
    148 ComplianceConnector
  `,
};

export interface RecordType {
  readonly name: string;
  readonly family: Family;
}

const known = new Map<number, RecordType>();
const knownNames = new Map<string, RecordType>();
for (const [family, text] of Object.entries(byFamily)) {
  for (const [, number = '', name = ''] of text.matchAll(/(\d+) (\w+)/g)) {
    // Object.entries forgets its keys' type; the record above cannot hold others.
    const type: RecordType = { name, family: family as Family };
    known.set(Number(number), type);
    knownNames.set(name.toLowerCase(), type);
  }
}

/** The type with this number (or, in exports, this name); null when nobody published it. */
export const recordTypeOf = (value: number | string): RecordType | null =>
  (typeof value === 'number' ? known.get(value) : knownNames.get(value.toLowerCase())) ?? null;

const byWorkload: readonly (readonly [RegExp, Family])[] = [
  [/^azureactivedirectory|^entra/, 'directory'],
  [/^sharepoint|^onedrive/, 'file'],
  [/^exchange/, 'admin'],
  [/teams|^skype/, 'teams'],
  [/^threatintel|^quarantine|^mcas|^cloudappsecurity|defender|^airinvestigation|^wdatp|^mde\b/, 'threat'],
  [/^endpoint|dlp/, 'dlp'],
  [/^aip|informationprotection|^mip/, 'label'],
  [/^securitycompliance|^purview|compliance|ediscovery|insiderrisk|datagovernance/, 'compliance'],
  [/^powerbi|^dynamics|^crm|^microsoftflow|^powerapps|^powerplatform|^fabric/, 'platform'],
  [
    /^(microsoft)?(yammer|viva|planner|project|forms|stream|copilot|sway|todo|loop|officescripts|bookings|whiteboard|places|agent)|ai(app|interaction)/,
    'work',
  ],
];

/** The family of a type in no table, told from the workload's name. */
export function familyOfWorkload(workload: string | null): Family {
  const lower = workload?.toLowerCase() ?? '';
  return byWorkload.find(([name]) => name.test(lower))?.[1] ?? 'other';
}
