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
    101 ExchangeSearch, 154 OMEPortal, 178 PublicFolder
  `,
  file: `
    4 SharePoint, 6 SharePointFileOperation, 7 OneDrive, 14 SharePointSharingOperation,
    36 SharePointListOperation, 37 SharePointCommentOperation, 54 SharePointListItemOperation,
    55 SharePointContentTypeOperation, 56 SharePointFieldOperation, 77 Search, 102 SharePointSearch
  `,
  directory: '8 AzureActiveDirectory',
  logon: '9 AzureActiveDirectoryAccountLogon, 15 AzureActiveDirectoryStsLogon, 275 OWAAuth',
  dlp: `
    11 ComplianceDLPSharePoint, 13 ComplianceDLPExchange, 33 ComplianceDLPSharePointClassification,
    63 DLPEndpoint, 99 OnPremisesFileShareScannerDlp, 100 OnPremisesSharePointScannerDlp,
    107 ComplianceDLPExchangeClassification, 108 ComplianceDLPEndpoint, 144 PowerBIDlp
  `,
  label: `
    43 MIPLabel, 48 LabelContentExplorer, 70 OfficeNative, 71 MipAutoLabelSharePointItem,
    72 MipAutoLabelSharePointPolicyLocation, 75 MipAutoLabelExchangeItem, 82 SensitivityLabelPolicyMatch,
    83 SensitivityLabelAction, 84 SensitivityLabeledFileAction, 93 AipDiscover,
    94 AipSensitivityLabelAction, 95 AipProtectionAction, 96 AipFileDeleted, 97 AipHeartBeat,
    104 LabelAnalyticsAggregate, 109 MipExactDataMatch, 120 MipAutoLabelSimulationProgress,
    121 MipAutoLabelSimulationCompletion, 122 MipAutoLabelProgressFeedback,
    124 MipAutoLabelSimulationStatistics, 157 MipLabelAnalyticsAuditRecord, 161 LabelExplorer,
    180 AipScannerDiscoverEvent, 206 MicrosoftTeamsSensitivityLabelAction,
    293 MicrosoftTeamsRetentionLabelAction
  `,
  threat: `
    28 ThreatIntelligence, 29 MailSubmission, 34 ThreatFinder, 41 ThreatIntelligenceUrl,
    47 ThreatIntelligenceAtpContent, 51 HygieneEvent, 61 InformationWorkerProtection, 62 Campaign,
    65 Quarantine, 85 AttackSim, 88 UserTraining, 90 MSTIC, 156 FilteringUrlClick, 160 FilteringMailSubmission
  `,
  alert: `
    40 SecurityComplianceAlerts, 42 SecurityComplianceInsights, 64 AirInvestigation, 78 WDATPAlerts, 86 AirManualInvestigation,
    89 AirAdminActionInvestigation, 98 MCASAlerts, 115 MAPGAlerts, 166 Alert, 167 AlertStatus, 168 AlertIncident,
    169 IncidentStatus, 294 AadRiskDetection
  `,
  teams: `
    25 MicrosoftTeams, 49 TeamsHealthcare, 59 MicrosoftTeamsDevice, 60 MicrosoftTeamsAnalytics,
    73 MicrosoftTeamsShifts, 92 TeamsEasyApprovals, 230 TeamsUpdates, 462 MicrosoftTeamsUserConcern
  `,
  work: `
    12 Sway, 16 SkypeForBusinessPSTNUsage, 17 SkypeForBusinessUsersBlocked, 22 Yammer, 32 MicrosoftStream,
    35 Project, 39 Kaizala, 44 WorkplaceAnalytics, 66 MicrosoftForms, 76 CortanaBriefing,
    105 MyAnalyticsSettings, 126 Microsoft365Group, 131 OfficeScriptsRunAction, 188 PlannerPlan, 189 PlannerCopyPlan, 190 PlannerTask,
    191 PlannerRoster, 192 PlannerPlanList, 193 PlannerTaskList, 194 PlannerTenantSettings, 195 ProjectForTheWebProject,
    196 ProjectForTheWebTask, 197 ProjectForTheWebRoadmap, 198 ProjectForTheWebRoadmapItem,
    199 ProjectForTheWebProjectSettings, 200 ProjectForTheWebRoadmapSettings, 216 VivaGoals,
    202 MicrosoftTodoAudit, 231 PlannerRosterSensitivityLabel, 261 CopilotInteraction, 265 VivaLearning,
    266 VivaLearningAdmin, 269 PeopleAdminSettings, 277 SharePointESignature, 279 MeshWorlds,
    280 VivaPulseResponse, 281 VivaPulseOrganizer, 282 VivaPulseAdmin, 283 VivaPulseReport,
    284 AIAppInteraction, 287 ProjectForTheWebAssignedToMeSettings, 310 CreateCopilotPlugin,
    311 UpdateCopilotPlugin, 312 DeleteCopilotPlugin, 313 EnableCopilotPlugin, 314 DisableCopilotPlugin,
    315 CreateCopilotWorkspace, 316 UpdateCopilotWorkspace, 317 DeleteCopilotWorkspace,
    318 EnableCopilotWorkspace, 319 DisableCopilotWorkspace, 320 CreateCopilotPromptBook,
    321 UpdateCopilotPromptBook, 322 DeleteCopilotPromptBook, 323 EnableCopilotPromptBook,
    324 DisableCopilotPromptBook, 325 UpdateCopilotSettings, 328 ConnectedAIAppInteraction,
    334 TeamCopilotInteraction, 346 VivaGlintAdvancedConfiguration, 347 VivaGlintPulseProgram,
    349 VivaGlintQuestion, 350 VivaGlintRole, 352 VivaGlintSupportAccess, 353 VivaGlintSystem,
    354 VivaGlintUser, 355 VivaGlintUserGroup, 356 VivaGlintFeedbackProgram,
    363 Microsoft365CopilotScheduledPrompt, 364 PlacesDirectory, 373 OutlookCopilotAutomation,
    374 VivaEngageNetworkAssociation, 383 CopilotForSecurityTrigger, 384 CopilotAgentManagement,
    386 PlannerGoal, 387 PlannerGoalList, 401 PlannerChatMessage, 402 PlannerChatMessageList,
    414 VivaEngageSegment, 422 VivaEngageEvents
  `,
  platform: `
    20 PowerBIAudit, 21 CRM, 30 MicrosoftFlow, 45 PowerAppsApp, 46 PowerAppsPlan, 79 PowerAppsResource,
    80 PowerPlatformAdminEnvironment, 149 PowerPlatformLockboxResourceAccessRequest,
    150 PowerPlatformLockboxResourceCommand, 163 PowerPlatformServiceActivity,
    52 DataInsightsRestApiAudit, 174 DataShareOperation, 181 EduDataLakeDownloadOperation,
    183 MicrosoftGraphDataConnectOperation, 186 PowerPagesSite, 187 PowerPlatformAdminDlp,
    217 MicrosoftGraphDataConnectConsent, 256 PowerPlatformAdministratorActivity,
    278 Dynamics365BusinessCentral, 357 FabricAudit
  `,
  compliance: `
    24 Discovery, 31 AeD, 38 DataGovernance, 58 HRSignal,
    68 ComplianceSupervisionExchange, 74 SecureScore, 81 MDATPAudit, 91 PhysicalBadgingSignal, 103 PrivacyInsights,
    110 MSDEResponseActions, 111 MSDEGeneralSettings, 112 MSDEIndicatorsSettings, 113 MS365DCustomDetection,
    114 MSDERolesSettings, 116 MAPGPolicy, 117 MAPGRemediation, 118 PrivacyRemediationAction, 119 PrivacyDigestEmail,
    123 DlpSensitiveInformationType, 134 TenantAllowBlockList, 135 ConsumptionResource, 136 HealthcareSignal,
    138 DlpImportResult, 140 MultiStageDisposition, 141 PrivacyDataMatch,
    148 ComplianceConnector, 155 CMImprovementActionChange, 164 ScorePlatformGenericAuditRecord, 170 Case,
    171 CaseInvestigation, 172 RecordsManagement, 173 PrivacyRemediation, 176 EHRConnector,
    182 M365ComplianceConnector, 184 MicrosoftPurview, 218 AttackSimAdmin,
    235 MicrosoftDefenderForIdentityAudit, 237 DefenderExpertsforXDRAdmin, 251 VfamCreatePolicy,
    252 VfamUpdatePolicy, 253 VfamDeletePolicy, 257 Windows365CustomerLockbox, 285 ComplianceDLMExchange,
    286 ComplianceDLMSharePoint, 288 CloudPolicyService, 292 InsiderRiskScopedUserInsights,
    296 AuditRetentionPolicy, 297 AuditConfig, 298 BackupPolicy, 299 RestoreTask, 300 RestoreItem,
    301 BackupItem, 302 URBACAssignment, 303 URBACRole, 304 URBACEnableState, 306 PurviewInsiderRiskCases,
    307 PurviewInsiderRiskAlerts, 308 InsiderRiskScopedUsers, 329 PrivaPrivacyConsentOperation,
    330 PrivaPrivacyAssessmentOperation, 331 DataCatalogAccessRequests, 332 ComplianceSettingsChange,
    333 DataSecurityInvestigation, 335 IRMActivityAuditTrail, 336 SharePointContentSecurityPolicy,
    337 CloudUpdateProfileConfig, 338 CloudUpdateTenantConfig, 339 CloudUpdateDeviceConfig,
    341 DeviceDiscoverySettingsExclusion, 342 DeviceDiscoverySettingsAuthenticatedScans,
    344 DeviceDiscoverySettings, 345 USXWorkspaceOnboarding, 358 TrainableClassifier,
    359 WebContentFiltering, 360 NoisyAlertPolicy, 362 AIInteractionsExport, 365 SentinelNotebookOnLake,
    366 SentinelJob, 367 SentinelKQLOnLake, 368 SentinelLakeOnboarding, 369 SentinelLakeDataOnboarding,
    370 SentinelAITool, 371 SentinelGraph, 375 AppAdminActivity, 376 AppSettingsAdminActivity,
    427 UniversalPrintManagement
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
  [/^threatintel|^quarantine|^mcas|^cloudappsecurity|^airinvestigation|^wdatp/, 'threat'],
  [/^endpoint|dlp/, 'dlp'],
  [/^aip|informationprotection|^mip/, 'label'],
  // What Defender itself writes is what its administrators did; what it found comes as alerts.
  [
    /^securitycompliance|^purview|defender|^mde\b|compliance|ediscovery|insiderrisk|datagovernance/,
    'compliance',
  ],
  [/^powerbi|^dynamics|^crm|^microsoftflow|^powerapps|^powerplatform|^fabric/, 'platform'],
  [
    /^(microsoft)?(yammer|viva|planner|project|forms|stream|copilot|sway|todo|loop|officescripts|bookings|whiteboard|places|agent)|ai(app|interaction)/,
    'work',
  ],
];

/** Whether the app such a record names is the one that was opened or shared; elsewhere it is the client. */
export const isOfApps = (type: string): boolean =>
  /^(PowerApps|PowerBI|Fabric|MAPG|App(Settings)?Admin|MicrosoftGraphDataConnectConsent$)/.test(type);

/** There a device is what something was done to. */
export const actsOnDevices: ReadonlySet<Family> = new Set(['compliance', 'threat']);

/** The family of a type in no table, told from the workload's name. */
export function familyOfWorkload(workload: string | null): Family {
  const lower = workload?.toLowerCase() ?? '';
  return byWorkload.find(([name]) => name.test(lower))?.[1] ?? 'other';
}
