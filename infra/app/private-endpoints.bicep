param location string
param tags object
param networkName string
param hostStorageId string
param archiveId string
param cosmosId string
param searchId string
param vaultId string

var blobZone = 'privatelink.blob.${environment().suffixes.storage}'
var queueZone = 'privatelink.queue.${environment().suffixes.storage}'
var cosmosZone = 'privatelink.documents.azure.com'
var searchZone = 'privatelink.search.windows.net'
var vaultZone = 'privatelink.vaultcore.azure.net'

var zoneNames = [
  blobZone
  queueZone
  cosmosZone
  searchZone
  vaultZone
]

// `zone` is the place of its name in the list above.
var targets = [
  {
    name: 'host-blob'
    id: hostStorageId
    group: 'blob'
    zone: 0
  }
  {
    name: 'host-queue'
    id: hostStorageId
    group: 'queue'
    zone: 1
  }
  {
    name: 'archive-blob'
    id: archiveId
    group: 'blob'
    zone: 0
  }
  {
    name: 'cosmos'
    id: cosmosId
    group: 'Sql'
    zone: 2
  }
  {
    name: 'search'
    id: searchId
    group: 'searchService'
    zone: 3
  }
  {
    name: 'vault'
    id: vaultId
    group: 'vault'
    zone: 4
  }
]

resource network 'Microsoft.Network/virtualNetworks@2023-11-01' existing = {
  name: networkName
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = [for zoneName in zoneNames: {
  name: zoneName
  location: 'global'
  tags: tags
}]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (zoneName, at) in zoneNames: {
  parent: zone[at]
  name: networkName
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}]

resource endpoint 'Microsoft.Network/privateEndpoints@2023-11-01' = [for target in targets: {
  name: 'pe-${target.name}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: '${network.id}/subnets/endpoints'
    }
    privateLinkServiceConnections: [
      {
        name: target.name
        properties: {
          privateLinkServiceId: target.id
          groupIds: [
            target.group
          ]
        }
      }
    ]
  }
}]

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = [for (target, at) in targets: {
  parent: endpoint[at]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: target.name
        properties: {
          privateDnsZoneId: zone[target.zone].id
        }
      }
    ]
  }
}]
