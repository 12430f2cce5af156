/** Who can sign in at the simulator, and which applications it knows. All invented. */
export const contosoId = 'c0a10000-0000-4000-8000-00000000c001';
export const fabrikamId = 'fab10000-0000-4000-8000-00000000fa01';
export const operatorTenant = {
  id: '0e7a0000-0000-4000-8000-00000000e001',
  name: 'Northwind Managed Services',
  domain: 'northwind.example',
};
/** The product's own registration: the audience of callers' tokens. */
export const productClientId = 'b1f0e6a2-0000-4000-8000-0000000a0d1e';

const everyUserRole = [
  'Events.Read',
  'Mail.Read',
  'Exports.Create',
  'Holds.Manage',
  'Ledger.Read',
  'Tenants.Manage',
];

export interface Persona {
  /** What `login_hint` names. */
  readonly hint: string;
  readonly tenant: string;
  readonly oid: string;
  readonly name: string;
  readonly address: string;
  /** App roles in the product. */
  readonly roles: readonly string[];
}

const persona = (hint: string, number: number, tenant: string, name: string, address: string, roles: readonly string[]): Persona =>
  ({ hint, tenant, oid: `0b1ec700-0000-4000-8000-${number.toString(16).padStart(12, '0')}`, name, address, roles }); // prettier-ignore

export const personas: readonly Persona[] = [
  persona('contoso-reader', 1, contosoId, 'Rea Lindqvist', 'rea.lindqvist@contoso.example', ['Events.Read']),
  persona('contoso-admin', 2, contosoId, 'Ada Brandt', 'ada.brandt@contoso.example', everyUserRole),
  persona('fabrikam-reader', 3, fabrikamId, 'Finn Okafor', 'finn.okafor@fabrikam.example', ['Events.Read']),
  persona('operator', 4, operatorTenant.id, 'Olga Petrov', 'olga.petrov@northwind.example', everyUserRole),
  persona('operator-reader', 5, operatorTenant.id, 'Omar Reyes', 'omar.reyes@northwind.example', [
    'Events.Read',
  ]),
  persona('auditor', 6, operatorTenant.id, 'Ines Aalto', 'ines.aalto@northwind.example', ['Ledger.Read']),
  persona('nobody', 7, contosoId, 'Noah Byrne', 'noah.byrne@contoso.example', []),
];

/** The persona a sign-in hint means: its short name or its address. */
export const findPersona = (hint: string): Persona | null =>
  personas.find(({ hint: own, address }) => own === hint || address === hint.toLowerCase()) ?? null;

export interface Application {
  readonly clientId: string;
  readonly name: string;
  readonly secret: string;
  /** `customers`: every tenant of the world. Otherwise the one tenant it lives in. */
  readonly home: 'customers' | { readonly tenant: string };
  /** App roles it holds in the product. */
  readonly roles: readonly string[];
}

/** A user-assigned identity. */
export interface ManagedIdentity {
  /** Which one is meant, where tokens are asked for. */
  readonly clientId: string;
  /** Who it is in its tenant: the subject of its tokens. */
  readonly principalId: string;
}

/** The identity of the product's Functions app, in the operator's tenant. */
export const productIdentity: ManagedIdentity = {
  clientId: '1de17170-0000-4000-8000-00000000e001',
  principalId: '0b1ec700-0000-4000-8000-00000000e0a1',
};

const secret = 'simulator-only-secret';

/** The application a product collects with. */
export const collector: Application = {
  clientId: 'ca11ab1e-0000-4000-8000-00000000cafe',
  name: 'Log collector',
  secret,
  home: 'customers',
  roles: [],
};

export const applications: readonly Application[] = [
  collector,
  // A second application in every tenant: limits that all applications share can be seen with it.
  {
    clientId: 'ca11ab1e-0000-4000-8000-00000000beef',
    name: 'Another collector',
    secret,
    home: 'customers',
    roles: [],
  },
  {
    clientId: '51e40000-0000-4000-8000-00000000c001',
    name: 'Contoso SIEM connector',
    secret,
    home: { tenant: contosoId },
    roles: ['Events.Read'],
  },
  {
    clientId: 'a0700000-0000-4000-8000-00000000e001',
    name: 'Northwind automation',
    secret,
    home: { tenant: operatorTenant.id },
    roles: ['Events.Read', 'Tenants.Manage'],
  },
  {
    clientId: 'b41d6e00-0000-4000-8000-00000000e001',
    name: 'Northwind mail bridge',
    secret,
    home: { tenant: operatorTenant.id },
    roles: ['Archive.Ingest'],
  },
];
