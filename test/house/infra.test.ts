import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkpointKey } from '../../shared/adapters/azure/key-vault-checkpoint-signer.ts';
import { containerDefinition, containers } from '../../shared/adapters/azure/containers.ts';
import { settingNames } from '../../shared/app/config.ts';
import { permissions } from '../../shared/authz/permission.ts';
import { triggers } from '../../shared/host/azure/triggers.ts';
import { readTemplate, templateProblems, type Template } from './bicep.ts';
import { listTree, root } from './source-tree.ts';

const templates = listTree()
  .filter(path => path.endsWith('.bicep'))
  .map(path => readTemplate(path));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const template = (name: string): Template => {
  const found = templates.find(one => one.path === `infra/${name}.bicep`);
  if (found === undefined) throw new Error(`no template ${name}`);
  return found;
};

/** Settings of the process that listens, and of one machine's folder: not of the Functions app. */
const ofOneMachine = ['PORT', 'HOLDFAST_HOST', 'HOLDFAST_DATA', 'HOLDFAST_SECRETS', 'HOLDFAST_PULL_SECONDS'];

describe('the templates', () => {
  test('fit together', () => {
    expect(templates.length).toBeGreaterThan(10);
    expect(templateProblems(templates)).toEqual([]);
  });

  test('hand the app exactly the settings it knows', () => {
    const given = [...template('app/function-app').text.matchAll(/name: '((?:HOLDFAST_|PORT)\w*)'/g)].map(
      ([, name = '']) => name,
    );
    const known = settingNames().map(setting => setting.name as string);
    expect(given.sort()).toEqual(known.filter(name => !ofOneMachine.includes(name)).sort());
  });

  test('take every value of the environment as a parameter that exists', () => {
    const { parameters } = JSON.parse(read('infra/main.parameters.json')) as { parameters: object };
    const known = template('main').params.map(param => param.name);
    expect(Object.keys(parameters).filter(name => !known.includes(name))).toEqual([]);
    // What stands there when nothing is set is what the template says by itself.
    for (const [name, { value }] of Object.entries(parameters as Record<string, { value: string }>)) {
      const initial = new RegExp(`^param ${name} \\w+ = '?(.*?)'?$`, 'm').exec(template('main').text)?.[1];
      expect([name, /=(.*)\}$/.exec(value)?.[1]]).toEqual([name, initial]);
    }
    for (const { name, optional } of template('main').params)
      if (!optional) expect(Object.keys(parameters)).toContain(name);
  });

  test('make the containers that the adapters expect', () => {
    const made = JSON.parse(read('infra/app/cosmos-containers.json')) as unknown;
    expect(made).toEqual(containers.map(containerDefinition));
    expect(template('app/cosmos').text).toContain("loadJsonContent('cosmos-containers.json')");
    expect(template('app/cosmos').text).toContain("defaultConsistencyLevel: 'Strong'");
  });

  test('make the queues that the triggers listen to, and the containers of the archive', () => {
    const list = /var queueNames = \[([\s\S]*?)\]/.exec(template('app/host-storage').text)?.[1] ?? '';
    const made = [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
    expect(made.sort()).toEqual(triggers.flatMap(one => (one.kind === 'queue' ? [one.queue] : [])).sort());
    for (const name of ['raw', 'holds']) expect(template('app/archive').text).toContain(`name: '${name}'`);
  });

  test('make the key that signs checkpoints, of the kind the signer takes', () => {
    const { text } = template('app/vault');
    expect(text).toMatch(
      new RegExp(`vaults/keys@[\\d-]+' = \\{\\n  parent: vault\\n  name: '${checkpointKey}'`),
    );
    expect(text).toMatch(/kty: 'EC'\n\s+curveName: 'P-256'/);
  });

  test('give the identity these roles, by these ids, and no others', () => {
    const { text } = template('app/roles');
    const ids = Object.fromEntries(
      [...text.matchAll(/^var (\w+) = '([0-9a-f-]{36})'$/gm)].map(([, name = '', id]) => [name, id]),
    );
    expect(ids).toEqual({
      storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
      storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
      storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
      searchIndexDataContributor: '8ebe5a00-799e-43f5-93ac-243d3dce84a7',
      searchIndexDataReader: '1407120a-92aa-4202-b7e9-c0e197c71c8f',
      searchServiceContributor: '7ca78c08-252a-4471-8644-bb5ff32d4ba0',
      keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
      keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424',
      monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
      cosmosDataContributor: '00000000-0000-0000-0000-000000000002',
    });
    const given = [
      ...text.matchAll(/scope: (\w+)\n {2}name: guid\((\w+)\.id, principalId, (\w+)\)\n[\s\S]*?\n\}/g),
    ].map(([body, scope, named, role]) => {
      expect(named).toBe(scope);
      expect(body).toContain("principalType: 'ServicePrincipal'");
      expect(body).toContain(`roleDefinitions', ${role ?? ''})`);
      return `${scope ?? ''}: ${role ?? ''}`;
    });
    expect(given).toEqual([
      'hostStorage: storageBlobDataOwner',
      'hostStorage: storageQueueDataContributor',
      'archive: storageBlobDataContributor',
      'raw: archiveKeeper',
      'search: searchIndexDataContributor',
      'search: searchIndexDataReader',
      'search: searchServiceContributor',
      'vault: keyVaultSecretsUser',
      'vault: keyVaultCryptoUser',
      'insights: monitoringMetricsPublisher',
    ]);
    // Our own role is what the contributor's lacks, and no more.
    const actions = [...(/dataActions: \[([\s\S]*?)\]/.exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g)];
    const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
    expect(actions.map(([, action]) => action)).toEqual([
      `${blobs}/immutableStorage/runAsSuperUser/action`,
      `${blobs}/deleteBlobVersion/action`,
    ]);
    expect(text).toContain('    permissions: [\n      {\n        actions: []\n');
    const elsewhere = templates.filter(
      one =>
        one !== template('app/roles') && /roleAssignments|roleDefinitions|accessPolicies/i.test(one.text),
    );
    expect(elsewhere).toEqual([]);
  });

  test('leave no key, no local sign-in, and nothing secret in an output', () => {
    const whole = templates.map(one => one.text).join('\n');
    expect(whole).not.toMatch(/listKeys|listAdminKeys|AccountKey=|listSecrets|primaryMasterKey/i);
    const without: readonly (readonly [string, RegExp])[] = [
      ['app/host-storage', /allowSharedKeyAccess: false/],
      ['app/archive', /allowSharedKeyAccess: false/],
      ['app/cosmos', /disableLocalAuth: true/],
      ['app/search', /disableLocalAuth: true/],
      ['app/monitoring', /DisableLocalAuth: true/],
      ['app/vault', /enableRbacAuthorization: true/],
    ];
    const lacking = without.filter(([name, pattern]) => !pattern.test(template(name).text));
    expect(lacking).toEqual([]);
    for (const name of ['app/host-storage', 'app/archive', 'app/cosmos', 'app/search', 'app/vault'])
      expect(template(name).text).toContain('publicNetworkAccess: publicNetworkAccess');
    for (const name of ['app/host-storage', 'app/archive'])
      expect(template(name).text).toContain("minimumTlsVersion: 'TLS1_2'");
    const outputs = templates.flatMap(one => one.outputs.map(({ name, value }) => `${name} = ${value}`));
    expect(outputs.length).toBeGreaterThan(15);
    expect(outputs.filter(text => /key|secret|password|connectionstring|token/i.test(text))).toEqual([]);
  });

  test('make the archive one whose objects can be locked', () => {
    const { text } = template('app/archive');
    expect(text).toMatch(/immutableStorageWithVersioning: \{\n\s+enabled: true/);
    expect(text).toContain('isVersioningEnabled: true');
    expect(text).toContain('isHnsEnabled: false');
    expect(templates.map(one => one.text).join()).not.toContain('immutabilityPolicies');
  });

  test('set nothing on the app that Flex Consumption refuses', () => {
    const refused =
      /alwaysOn|ftpsState|linuxFxVersion|windowsFxVersion|netFrameworkVersion|use32BitWorkerProcess|preWarmedInstanceCount|functionAppScaleLimit|FUNCTIONS_\w+|WEBSITE_\w+|SCM_DO_BUILD\w*|ENABLE_ORYX\w*/g;
    const code = template('app/function-app').text.replaceAll(/\/\/.*/g, '');
    expect(code).toContain("tier: 'FlexConsumption'");
    expect(code.match(refused)).toBeNull();
    expect(read('azure.yaml')).toContain('remoteBuild: false');
  });

  test('take the addresses of the cloud from the cloud', () => {
    // Those that the linter names in no-hardcoded-env-urls.
    const fixed =
      /management\.azure\.com|login\.microsoftonline\.com|[\w.]*core\.windows\.net|database\.windows\.net|graph\.windows\.net|trafficmanager\.net|vault\.azure\.net|loganalytics\.io/;
    expect(templates.filter(({ text }) => fixed.test(text)).map(one => one.path)).toEqual([]);
  });

  test('watch lines that are never left out of the sample', () => {
    const host = JSON.parse(read('host.json')) as {
      logging: { applicationInsights: { samplingSettings: { excludedTypes: string } } };
    };
    expect(template('app/alerts').text).toContain("var lines = 'traces | ");
    expect(host.logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
  });

  test('keep to syntax that every compiler of the last years knows', () => {
    const newer = /^(?:import|extension|type|func|using|metadata|assert)\b|\.\.\.|\?\.|!\./m;
    expect(templates.filter(({ text }) => newer.test(text)).map(one => one.path)).toEqual([]);
  });
});

describe('the check of the templates can fail', () => {
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['a bracket', 'var a = [\n', /not closed/],
    ['a string', "var a = 'b\n", /does not end/],
    ['a name', 'var a = b\n', /"b" is not declared/],
    ['a name in a string', "var a = '${b}'\n", /"b" is not declared/],
    ['a parameter', 'param a string\n', /"a" is not used/],
    ['a module', "module a 'b.bicep' = {\n  name: 'a'\n}\n", /is not there/],
  ];
  test.each(broken)('%s', (_, text, expected) => {
    expect(templateProblems([readTemplate('infra/x.bicep', text)]).join('\n')).toMatch(expected);
  });
  test('parameters and outputs between files', () => {
    const inner = readTemplate('infra/y.bicep', 'param a string\noutput b string = a\n');
    const outer =
      "module m 'y.bicep' = {\n  name: 'm'\n  params: {\n    c: 'x'\n  }\n}\noutput d string = m.outputs.e\n";
    expect(templateProblems([inner, readTemplate('infra/x.bicep', outer)])).toEqual([
      'infra/x.bicep: m takes no parameter "c"',
      'infra/x.bicep: m lacks the parameter "a"',
      'infra/x.bicep: m has no output "e"',
    ]);
  });
});

describe('the scripts', () => {
  test('register the roles that the API knows, and with --what-if send nothing', () => {
    // Without the Azure CLI on the path: what sends anything fails.
    const printed = execFileSync('/bin/bash', ['infra/register-apps.sh', '--what-if'], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: '/nowhere' },
    });
    const [, application = ''] = printed.split('\n');
    const body = JSON.parse(application) as {
      signInAudience: string;
      appRoles: { value: string; id: string }[];
    };
    expect(body.signInAudience).toBe('AzureADMultipleOrgs');
    expect(body.appRoles.map(role => role.value)).toEqual([...permissions]);
    expect(new Set(body.appRoles.map(role => role.id)).size).toBe(permissions.length);
    expect(printed).toContain('api://AzureADTokenExchange');
    expect(printed).toContain('Nothing was sent.');
  });

  test('lock only after the archive’s name was typed', () => {
    const text = read('infra/lock-retention.sh');
    const confirmed = text.indexOf('if [ "$typed" != "$archive" ]');
    expect(confirmed).toBeGreaterThan(0);
    for (const change of ['appsettings set', 'immutability-policy set', 'azd env set'])
      expect(text.indexOf(change)).toBeGreaterThan(confirmed);
  });

  test('deploy a folder that `npm run package` makes', () => {
    expect(read('azure.yaml')).toContain('project: ./dist/functions');
    expect(read('tools/package.ts')).toContain("'dist/functions'");
    expect(existsSync(join(root, 'infra/main.bicep'))).toBe(true);
  });
});
