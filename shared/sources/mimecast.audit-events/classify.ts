import { wordTable } from '../../kernel/word-table.ts';
import type { Category, Outcome, Severity } from '../../model/event.ts';

/** What an audit event amounts to, told from Mimecast's category and its type. */
export interface AuditClass {
  readonly category: Category;
  readonly severity: Severity;
  readonly ocsf: { readonly class: number; readonly activity: number };
}

const categories = wordTable<Category>({
  authentication_logs: 'authentication',
  account_logs: 'administration',
  reporting_logs: 'administration',
  mimecast_access_logs: 'administration',
  case_review_logs: 'data-protection',
  archive_service_logs: 'mailbox',
  user_account_and_role_logs: 'directory',
  profile_group_logs: 'directory',
  integrations_and_apis: 'application',
});

/** Categories are an open set: one nobody knows is told from the type's words. `deed` are the words that tell what was done. */
export function classifyAudit(category: string, type: string, outcome: Outcome, deed: string): AuditClass {
  const kind = categories[category.toLowerCase()] ?? categoryOfWords(type);
  const isRole = /\brole\b|permission|privilege/i.test(type);
  return {
    category: kind === 'directory' && isRole ? 'role' : kind,
    severity: severityOf(category.toLowerCase(), type, outcome, deed),
    // Profile groups are groups, whatever the type says of them.
    ocsf: ocsfOf(kind, type, deed, {
      isRole,
      isGroup: /group/i.test(type) || /^profile_group_logs$/i.test(category),
    }),
  };
}

function categoryOfWords(type: string): Category {
  if (/log(ged)? ?o(n|ff|ut)|sign(ed)? ?(in|on|out)|authenticat|two.?factor|\b2fa\b|\bmfa\b/i.test(type))
    return 'authentication';
  if (/policy|policies|definition/i.test(type)) return 'policy';
  if (/api|application|integration|connector/i.test(type)) return 'application';
  if (/user|account|group|role/i.test(type)) return 'directory';
  return /archive|search|mailbox|message/i.test(type) ? 'mailbox' : 'administration';
}

function severityOf(category: string, type: string, outcome: Outcome, deed: string): Severity {
  // Mimecast's own staff in the customer's account.
  if (category === 'mimecast_access_logs') return 'medium';
  if (
    /\brole\b|permission|api (application|key)|two.?factor|2fa|journal|retention|purge|litigation|remediat/i.test(
      type,
    )
  ) {
    return 'medium';
  }
  if (outcome === 'failure') return 'low';
  return changing.test(deed) ? 'low' : 'informational';
}

const changing =
  /delet|remov|disab|export|chang|updat|modif|amend|creat|\bnew\b|add|releas|restor|\b(un)?lock/i;

function ocsfOf(
  category: Category,
  type: string,
  deed: string,
  { isRole, isGroup }: { isRole: boolean; isGroup: boolean },
): AuditClass['ocsf'] {
  // Account change: a factor enabled, disabled, or something else about it.
  if (/two.?factor|\b2fa\b|\bmfa\b/i.test(type)) {
    return {
      class: 3001,
      activity: /disab|remov|delet/i.test(type) ? 11 : /enab|add|creat/i.test(type) ? 10 : 99,
    };
  }
  if (category === 'authentication' && !/password/i.test(type)) {
    return { class: 3002, activity: authentication(type) };
  }
  // A role that is made or deleted is given to nobody yet.
  if (category === 'directory' && isRole && !/^new role$|role (created|deleted)$/i.test(type)) {
    return { class: 3005, activity: removes.test(deed) ? 2 : adds.test(deed) ? 1 : 99 };
  }
  if (category === 'authentication' || (category === 'directory' && !isGroup && !isRole)) {
    return { class: 3001, activity: account(deed) };
  }
  if (category === 'directory' && !isRole) return { class: 3006, activity: group(deed) };
  return { class: 6003, activity: api(deed) };
}

const adds = /\b(add(?!ress)|creat|generat|new|grant|assign|import)/i;
const removes = /\b(delet|remov|revok|unassign)/i;

function authentication(type: string): number {
  if (/\b(chang|creat|delet|disabl|enabl|updat)ed$/i.test(type)) return 99;
  if (/log(ged)? ?o(ff|ut)/i.test(type)) return 2;
  return /log(ged)? ?on|login|sign|authenticat/i.test(type) ? 1 : 99;
}

/** OCSF 3001. */
function account(type: string): number {
  // Asked for is not done, and what is demanded of passwords is nobody's.
  if (/password.*(request|policy|complexity)/i.test(type)) return 99;
  if (/password.*reset|reset.*password/i.test(type)) return 4;
  if (/password.*(chang|updat|set)|(chang|updat|set).*password/i.test(type)) return 3;
  // What belongs to an account is not the account.
  if (/delegate|alias|attribute/i.test(type)) return 99;
  if (removes.test(type)) return 6;
  if (/unb?lock/i.test(type)) return 12;
  if (/lock/i.test(type)) return 9;
  if (/disab/i.test(type)) return 5;
  if (/enab/i.test(type)) return 2;
  return adds.test(type) ? 1 : 99;
}

/** OCSF 3006. */
function group(type: string): number {
  const ofMember = /member|user|address|@|import/i.test(type);
  if (removes.test(type)) return ofMember ? 4 : 5;
  if (adds.test(type)) return ofMember ? 3 : 6;
  return 99;
}

/** OCSF 6003. */
function api(type: string): number {
  if (removes.test(type)) return 4;
  if (adds.test(type)) return 1;
  if (/updat|chang|modif|edit|enab|disab|set/i.test(type)) return 3;
  return /view|read|search|download|export|get|access|report/i.test(type) ? 2 : 99;
}
