param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param hostStorageName string
param deploymentContainer string
param archiveUrl string
param cosmosUrl string
param cosmosDatabase string
param searchUrl string
param vaultUrl string
param insightsName string
param clientId string
param pullClientId string
param operatorTenant string
param grants string
param tenants string
param corsOrigins string
param retention string
param maximumInstances int
param mappingFile string
param mimecastUrl string
param mimecastRegionUrl string
param mimecastFileHosts string
param alwaysReadyHttp int

@description('Empty: without a virtual network.')
param networkName string

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostStorageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    virtualNetworkSubnetId: networkName == '' ? null : resourceId('Microsoft.Network/virtualNetworks/subnets', networkName, 'app')
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '24'
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: 2048
        alwaysReady: alwaysReadyHttp == 0 ? [] : [
          {
            name: 'http'
            instanceCount: alwaysReadyHttp
          }
        ]
      }
    }
    // The runtime stands above: Flex Consumption refuses what sets it elsewhere (linuxFxVersion, ftpsState, alwaysOn,
    // FUNCTIONS_WORKER_RUNTIME, WEBSITE_RUN_FROM_PACKAGE).
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
      appSettings: [
        {
          name: 'AzureWebJobsStorage__credential'
          value: 'managedidentity'
        }
        {
          name: 'AzureWebJobsStorage__clientId'
          value: identityClientId
        }
        {
          name: 'AzureWebJobsStorage__blobServiceUri'
          value: hostStorage.properties.primaryEndpoints.blob
        }
        {
          name: 'AzureWebJobsStorage__queueServiceUri'
          value: hostStorage.properties.primaryEndpoints.queue
        }
        {
          name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
          value: insights.properties.ConnectionString
        }
        {
          name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
          value: 'ClientId=${identityClientId};Authorization=AAD'
        }
        {
          name: 'HOLDFAST_PROFILE'
          value: 'azure'
        }
        {
          name: 'HOLDFAST_CLIENT_ID'
          value: clientId
        }
        {
          name: 'HOLDFAST_PULL_CLIENT_ID'
          value: pullClientId
        }
        {
          name: 'HOLDFAST_OPERATOR_TENANT'
          value: operatorTenant
        }
        {
          name: 'HOLDFAST_GRANTS'
          value: grants
        }
        {
          name: 'HOLDFAST_TENANTS'
          value: tenants
        }
        {
          name: 'HOLDFAST_CORS_ORIGINS'
          value: corsOrigins
        }
        {
          name: 'HOLDFAST_LOGIN_URL'
          value: environment().authentication.loginEndpoint
        }
        {
          name: 'HOLDFAST_GRAPH_URL'
          value: 'https://graph.microsoft.com'
        }
        {
          name: 'HOLDFAST_MANAGEMENT_URL'
          value: 'https://manage.office.com'
        }
        {
          name: 'HOLDFAST_COSMOS_URL'
          value: cosmosUrl
        }
        {
          name: 'HOLDFAST_COSMOS_DATABASE'
          value: cosmosDatabase
        }
        {
          name: 'HOLDFAST_ARCHIVE_URL'
          value: archiveUrl
        }
        {
          name: 'HOLDFAST_RETENTION'
          value: retention
        }
        {
          name: 'HOLDFAST_QUEUE_URL'
          value: '${hostStorage.properties.primaryEndpoints.queue}jobs'
        }
        {
          name: 'HOLDFAST_SEARCH_URL'
          value: searchUrl
        }
        {
          name: 'HOLDFAST_VAULT_URL'
          value: vaultUrl
        }
        {
          name: 'HOLDFAST_IDENTITY_CLIENT_ID'
          value: identityClientId
        }
        {
          name: 'HOLDFAST_INSTANCES'
          value: string(maximumInstances)
        }
        {
          name: 'HOLDFAST_MAPPINGS'
          value: mappingFile
        }
        {
          name: 'HOLDFAST_MIMECAST_URL'
          value: mimecastUrl
        }
        {
          name: 'HOLDFAST_MIMECAST_REGION_URL'
          value: mimecastRegionUrl
        }
        {
          name: 'HOLDFAST_MIMECAST_FILE_HOSTS'
          value: mimecastFileHosts
        }
      ]
    }
  }
}

// No user names and passwords for deployments: they go by identity. FTP does not exist here.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}/api/v1'
