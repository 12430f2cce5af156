import { describe, expect, test } from 'vitest';
import { readTemplate, templateProblems } from './bicep.ts';
import { compilerProblems } from './bicep-rules.ts';
import { listTree } from './source-tree.ts';

const templates = listTree()
  .filter(path => path.endsWith('.bicep'))
  .map(path => readTemplate(path));

describe('what the compiler and its linter look for', () => {
  test('is not in our templates', () => {
    expect(templates.length).toBeGreaterThan(10);
    expect(compilerProblems(templates)).toEqual([]);
  });

  // Each was looked up in the compiler's published type definitions, with its properties. A version that does not exist
  // is only a warning to the compiler and fails when it is deployed: look it up, then write it here.
  test('knows these types, in these versions', () => {
    const used = new Set(templates.flatMap(one => one.resources.map(({ type }) => type)));
    expect([...used].sort()).toEqual([
      'Microsoft.Authorization/roleAssignments@2022-04-01',
      'Microsoft.Authorization/roleDefinitions@2022-04-01',
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2023-11-15',
      'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2023-11-15',
      'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2023-11-15',
      'Microsoft.DocumentDB/databaseAccounts@2023-11-15',
      'Microsoft.Insights/actionGroups@2023-01-01',
      'Microsoft.Insights/components@2020-02-02',
      'Microsoft.Insights/diagnosticSettings@2021-05-01-preview',
      'Microsoft.Insights/scheduledQueryRules@2022-06-15',
      'Microsoft.KeyVault/vaults/keys@2023-07-01',
      'Microsoft.KeyVault/vaults@2023-07-01',
      'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31',
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01',
      'Microsoft.Network/privateDnsZones@2020-06-01',
      'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01',
      'Microsoft.Network/privateEndpoints@2023-11-01',
      'Microsoft.Network/virtualNetworks@2023-11-01',
      'Microsoft.OperationalInsights/workspaces@2022-10-01',
      'Microsoft.Resources/resourceGroups@2022-09-01',
      'Microsoft.Search/searchServices@2023-11-01',
      'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01',
      'Microsoft.Storage/storageAccounts/blobServices@2023-05-01',
      'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01',
      'Microsoft.Storage/storageAccounts/queueServices@2023-05-01',
      'Microsoft.Storage/storageAccounts@2023-05-01',
      'Microsoft.Web/serverfarms@2024-04-01',
      'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01',
      'Microsoft.Web/sites@2024-04-01',
      'Microsoft.Web/staticSites@2023-12-01',
    ]);
  });
});

const site = (body: string, before = ''): string =>
  `resource site 'A.B/c@2024-01-01' =${before} {\n  name: 'x'\n${body}}\n`;
const broken: readonly (readonly [string, string, RegExp])[] = [
  [
    'a name that is known too late',
    `${site('')}resource role 'A.B/d@2024-01-01' = {\n  name: guid(site.properties.principalId)\n}\n`,
    /BCP120: "name" of role needs site\.properties/,
  ],
  [
    'a name that is known too late, through a variable',
    `${site('')}var late = 'a\${site.properties.x}'\nresource role 'A.B/d@2024-01-01' = {\n  name: late\n}\n`,
    /BCP120: "name" of role/,
  ],
  [
    'a condition that is known too late',
    `${site('')}module m 'm.bicep' = if (site.properties.x == '') {\n  name: 'm'\n}\n`,
    /BCP120: "if" of m/,
  ],
  [
    'a loop over what is known too late',
    `${site('')}resource r 'A.B/d@2024-01-01' = [for one in site.properties.all: {\n  name: one\n}]\n`,
    /BCP120: "for" of r/,
  ],
  [
    'an output of a module that may not be there',
    "param on bool\nmodule m 'm.bicep' = if (on) {\n  name: 'm'\n}\noutput o string = m.outputs.x\n",
    /BCP318: m\.outputs/,
  ],
  [
    'a dependency that is there anyway',
    `${site('')}resource r 'A.B/d@2024-01-01' = {\n  name: site.name\n  dependsOn: [\n    site\n  ]\n}\n`,
    /no-unnecessary-dependson: r uses site/,
  ],
  [
    'one name for a whole loop',
    "resource r 'A.B/d@2024-01-01' = [for one in [1, 2]: {\n  name: 'r'\n}]\n",
    /BCP179: each r/,
  ],
  [
    'a parent of another type',
    `${site('')}resource r 'A.B/e/f@2024-01-01' = {\n  parent: site\n  name: 'r'\n}\n`,
    /BCP036: the parent of r is no A\.B\/e/,
  ],
  [
    'a child without a parent',
    "resource r 'A.B/e/f@2024-01-01' = {\n  name: 'r'\n}\n",
    /use-parent-property/,
  ],
  ['a slash in a name', "resource r 'A.B/e@2024-01-01' = {\n  name: 'r/s'\n}\n", /BCP169/],
  ['too few names in an id', "var a = resourceId('A.B/c/d', 'x')\n", /too few names/],
  ['a default of another type', "param a int = '1'\n", /BCP033: the default of a/],
  [
    'two versions of one type',
    `${site('')}${site('').replace('site', 'other').replace('-01-01', '-02-01')}`,
    /in two versions/,
  ],
  ['a resource that cannot be read', "resource r 'A.B/e@2024-01-01' = any({\n})\n", /of which 0 can be read/],
];

describe('the rules can fail', () => {
  test.each(broken)('%s', (_, text, expected) => {
    expect(compilerProblems([readTemplate('infra/x.bicep', text)]).join('\n')).toMatch(expected);
  });

  test('a module that is given another type', () => {
    const inner = readTemplate('infra/y.bicep', 'param a int\noutput b int = a\n');
    const outer = "module m 'y.bicep' = {\n  name: 'm'\n  params: {\n    a: 'x'\n  }\n}\n";
    expect(compilerProblems([inner, readTemplate('infra/x.bicep', outer)])).toEqual([
      'infra/x.bicep: BCP036: m is given another type as a',
    ]);
  });

  test('a variable and an existing resource that nobody uses', () => {
    const text = "var a = 'b'\nresource r 'A.B/c@2024-01-01' existing = {\n  name: 'x'\n}\n";
    expect(templateProblems([readTemplate('infra/x.bicep', text)])).toEqual([
      'infra/x.bicep: the variable "a" is not used',
      'infra/x.bicep: the existing resource "r" is not used',
    ]);
  });
});
