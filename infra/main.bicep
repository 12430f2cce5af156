targetScope = 'subscription'

@description('Name of the azd environment: part of every name, and of the tags.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything that has one.')
param location string

@description('Region of the Static Web App, which exists in few.')
param webLocation string = 'westeurope'

@description('Client id of the Holdfast API in Entra; empty until register-apps.sh has run. The app then answers 503 and says so.')
param clientId string = ''

@description('Client id of the application that collects; usually the same one.')
param pullClientId string = ''

@description('Entra tenant of the operator; empty: every tenant sees itself alone.')
param operatorTenant string = ''

@description('Origins from which browsers may call the API, beside the Static Web App, separated by commas.')
param corsOrigins string = ''

@description('locked: nobody can shorten what is kept. Change it with lock-retention.sh, not here.')
@allowed([
  'unlocked'
  'locked'
])
param retention string = 'unlocked'

@description('Where alerts go; empty: they only show in the portal.')
param alertEmail string = ''

@allowed([
  'serverless'
  'autoscale'
])
param cosmosMode string = 'serverless'

@description('Largest request units per second of the database, with autoscale; a multiple of 1000.')
@minValue(1000)
param cosmosMaxThroughput int = 4000

@allowed([
  'basic'
  'standard'
  'standard2'
  'standard3'
])
param searchSku string = 'basic'

@minValue(1)
@maxValue(12)
param searchReplicas int = 1

@description('1, 2, 3, 4, 6 or 12; with basic at most 3.')
@minValue(1)
@maxValue(12)
param searchPartitions int = 1

@description('Functions instances at most. Each has its own share of the providers\' limits.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Path of a mapping file beside the program; empty: the built-in one.')
param mappingFile string = ''

@description('Mimecast API 2.0 for customers whose region is global.')
param mimecastUrl string = 'https://api.services.mimecast.com'

@description('Mimecast API 2.0 of one region.')
param mimecastRegionUrl string = 'https://{region}-api.services.mimecast.com'

@description('Hosts from which files of Mimecast SIEM events may be fetched, without credentials.')
param mimecastFileHosts string = '*.s3.amazonaws.com,*.s3.*.amazonaws.com'

@description('Instances of the HTTP functions that are always warm; each costs money while idle.')
@minValue(0)
param alwaysReadyHttp int = 0

@description('Puts the stores into a virtual network with private endpoints.')
param privateNetworking bool = false

@description('Whether the stores can be reached from the internet, by identities that have a role. Disabled needs privateNetworking.')
@allowed([
  'Enabled'
  'Disabled'
])
param publicNetworkAccess string = 'Enabled'

@description('Redundancy of the archive\'s account.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param archiveRedundancy string = 'Standard_ZRS'

var resourceToken = toLower(uniqueString(subscription().id, environmentName, location))
// Who may see which tenants, and the customers with their connections: edit these files and provision again.
var grants = string(loadJsonContent('grants.json'))
var tenants = string(loadJsonContent('tenants.json'))
var tags = {
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2022-09-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${resourceToken}'
    location: location
    tags: tags
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${resourceToken}'
    insightsName: 'appi-${resourceToken}'
    location: location
    tags: tags
  }
}

module network 'app/network.bicep' = if (privateNetworking) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${resourceToken}'
    location: location
    tags: tags
  }
}

module hostStorage 'app/host-storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: 'sthost${resourceToken}'
    location: location
    tags: tags
    publicNetworkAccess: publicNetworkAccess
  }
}

module archive 'app/archive.bicep' = {
  name: 'archive'
  scope: group
  params: {
    name: 'starch${resourceToken}'
    location: location
    tags: tags
    redundancy: archiveRedundancy
    publicNetworkAccess: publicNetworkAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'app/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    name: 'cosmos-${resourceToken}'
    location: location
    tags: tags
    mode: cosmosMode
    maxThroughput: cosmosMaxThroughput
    publicNetworkAccess: publicNetworkAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module search 'app/search.bicep' = {
  name: 'search'
  scope: group
  params: {
    name: 'srch-${resourceToken}'
    location: location
    tags: tags
    sku: searchSku
    replicas: searchReplicas
    partitions: searchPartitions
    publicNetworkAccess: publicNetworkAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${resourceToken}'
    location: location
    tags: tags
    publicNetworkAccess: publicNetworkAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module web 'app/web.bicep' = {
  name: 'web'
  scope: group
  params: {
    name: 'stapp-${resourceToken}'
    location: webLocation
    tags: union(tags, {
      'azd-service-name': 'web'
    })
  }
}

module roles 'app/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    hostStorageName: hostStorage.outputs.name
    archiveName: archive.outputs.name
    cosmosName: cosmos.outputs.name
    searchName: search.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module endpoints 'app/private-endpoints.bicep' = if (privateNetworking) {
  name: 'private-endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    networkName: 'vnet-${resourceToken}'
    hostStorageId: hostStorage.outputs.id
    archiveId: archive.outputs.id
    cosmosId: cosmos.outputs.id
    searchId: search.outputs.id
    vaultId: vault.outputs.id
  }
  // While a role or an endpoint is made, Cosmos DB locks its account and refuses the other.
  dependsOn: [
    network
    roles
  ]
}

module api 'app/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: 'func-${resourceToken}'
    planName: 'plan-${resourceToken}'
    location: location
    tags: union(tags, {
      'azd-service-name': 'api'
    })
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: hostStorage.outputs.name
    deploymentContainer: hostStorage.outputs.deploymentContainer
    archiveUrl: archive.outputs.url
    cosmosUrl: cosmos.outputs.url
    cosmosDatabase: cosmos.outputs.database
    searchUrl: search.outputs.url
    vaultUrl: vault.outputs.url
    insightsName: monitoring.outputs.insightsName
    clientId: clientId
    pullClientId: pullClientId
    operatorTenant: operatorTenant
    grants: grants
    tenants: tenants
    corsOrigins: corsOrigins == '' ? web.outputs.origin : '${web.outputs.origin},${corsOrigins}'
    retention: retention
    maximumInstances: maximumInstances
    mappingFile: mappingFile
    mimecastUrl: mimecastUrl
    mimecastRegionUrl: mimecastRegionUrl
    mimecastFileHosts: mimecastFileHosts
    alwaysReadyHttp: alwaysReadyHttp
    networkName: privateNetworking ? 'vnet-${resourceToken}' : ''
  }
  // The host looks into its storage as soon as the app is there.
  dependsOn: [
    roles
    endpoints
  ]
}

module alerts 'app/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    email: alertEmail
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output API_NAME string = api.outputs.name
output API_URL string = api.outputs.url
output WEB_ORIGIN string = web.outputs.origin
output ARCHIVE_NAME string = archive.outputs.name
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output VAULT_NAME string = vault.outputs.name
