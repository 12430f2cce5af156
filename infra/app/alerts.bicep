// Each reads the lines that the app writes: `upkeep.reported` every ten minutes, and errors as they happen. A healthy day
// has none of them.
param location string
param tags object
param insightsId string
param email string

var lines = 'traces | where message startswith "{" | extend line = parse_json(message)'

var rules = [
  {
    name: 'streams-behind'
    about: 'Streams are behind the present: a provider throttles, or instances are too few.'
    severity: 2
    query: '${lines} | where tostring(line.event) == "upkeep.reported" and toint(line.behind) > 0'
    window: 'PT1H'
    // Six reports an hour, of which the last may still be under way to the workspace.
    threshold: 4
  }
  {
    name: 'nothing-reported'
    about: 'The app has not reported for half an hour: it is down, or a setting is wrong. Look at /api/ready.'
    severity: 1
    query: '${lines} | where tostring(line.event) == "upkeep.reported" | summarize found = count() | where found == 0'
    window: 'PT30M'
    threshold: 0
  }
  {
    name: 'errors'
    about: 'The app wrote an error: a person must act.'
    severity: 2
    query: '${lines} | where tostring(line.level) == "error"'
    window: 'PT15M'
    threshold: 0
  }
  {
    name: 'jobs-buried'
    about: 'Jobs were put aside and wait for a person.'
    severity: 2
    query: '${lines} | where tostring(line.event) == "job.poisoned" or (tostring(line.event) == "upkeep.reported" and toint(line.buried) > 0)'
    window: 'PT1H'
    threshold: 0
  }
  {
    name: 'ledger-anomaly'
    about: 'The ledger or the archive does not prove what it must: kept evidence may have been changed.'
    severity: 0
    query: '${lines} | where tostring(line.level) == "error" and tostring(line.code) in ("store.corrupt", "ledger.corrupt", "archive.corrupt", "archive.conflict", "cursor.corrupt")'
    window: 'PT15M'
    threshold: 0
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (email != '') {
  name: 'holdfast-alerts'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'holdfast'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [for one in rules: {
  name: 'holdfast-${one.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Holdfast: ${one.name}'
    description: one.about
    severity: one.severity
    enabled: true
    // A workspace that was just made does not know its tables yet, and the first deployment would fail by that.
    skipQueryValidation: true
    evaluationFrequency: 'PT15M'
    windowSize: one.window
    scopes: [
      insightsId
    ]
    criteria: {
      allOf: [
        {
          query: one.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: one.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: email == '' ? [] : [
        people.id
      ]
    }
  }
}]
