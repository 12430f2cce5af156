// Members that came after an enumeration's sentinel: without the Prefer header nobody is told them.
const newMembers: Readonly<Record<string, readonly string[]>> = {
  serviceSource: [
    'microsoftDefenderForCloud',
    'microsoftSentinel',
    'microsoftInsiderRiskManagement',
    'microsoftThreatIntelligence',
    'microsoftSecurityForAI',
  ],
  detectionSource: ['nrtAlerts', 'scheduledAlerts', 'builtInMl', 'microsoftSentinel', 'securityCopilot'],
  status: ['awaitingAction'],
  remediationStatus: [
    'active',
    'pendingApproval',
    'declined',
    'unremediated',
    'running',
    'partiallyRemediated',
  ],
};

/** The record as a caller gets it who did not ask for unknown members. */
export function hideNewMembers(text: string): string {
  let hidden = text;
  for (const [field, members] of Object.entries(newMembers)) {
    for (const member of members) {
      if (!hidden.includes(`"${member}"`)) continue;
      hidden = hidden.replaceAll(
        new RegExp(`("${field}"\\s*:\\s*)"${member}"`, 'g'),
        '$1"unknownFutureValue"',
      );
    }
  }
  return hidden;
}
