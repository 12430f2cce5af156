#!/usr/bin/env bash
# Registers Holdfast in Entra: one multi-tenant application with the API's roles and scope, the permissions with which it
# collects from customers, and a federated credential, so that no secret exists. Running it again changes what differs.
#
#   infra/register-apps.sh [--what-if] [--name NAME]
#
# --what-if prints what would be sent, and sends nothing: many who deploy may not create applications, and hand this to
# somebody who may. Needs the Azure CLI, signed in to the operator's tenant; after `azd provision`, for the identity.
set -euo pipefail

name='Holdfast'
what_if=false
while [ $# -gt 0 ]; do
  case "$1" in
    --what-if) what_if=true ;;
    --name)
      name="${2:-}"
      shift $(($# > 1))
      ;;
    *)
      echo "unknown option: $1" >&2
      exit 2
      ;;
  esac
  shift
done
case "$name" in
  '' | *[\'\"\\]*)
    echo 'The name must not be empty, nor hold quotes or backslashes: --name NAME' >&2
    exit 2
    ;;
esac

# Ids of our own roles and scope: fixed, so that every installation and every grant means the same.
roles='Events.Read:0d100000-0000-4000-8000-000000000001
Mail.Read:0d100000-0000-4000-8000-000000000002
Exports.Create:0d100000-0000-4000-8000-000000000003
Holds.Manage:0d100000-0000-4000-8000-000000000004
Ledger.Read:0d100000-0000-4000-8000-000000000005
Tenants.Manage:0d100000-0000-4000-8000-000000000006
Archive.Ingest:0d100000-0000-4000-8000-000000000007'
scope_id='0d100000-0000-4000-8000-0000000000a1'

role_json() {
  local first=true line value id members
  printf '['
  while IFS= read -r line; do
    value="${line%%:*}"
    id="${line##*:}"
    members='"User","Application"'
    [ "$value" = 'Archive.Ingest' ] && members='"Application"'
    $first || printf ','
    first=false
    printf '{"id":"%s","value":"%s","displayName":"%s","description":"%s in Holdfast","allowedMemberTypes":[%s],"isEnabled":true}' \
      "$id" "$value" "$value" "$value" "$members"
  done <<<"$roles"
  printf ']'
}

application_json() {
  printf '{"displayName":"%s","signInAudience":"AzureADMultipleOrgs","appRoles":%s,' "$name" "$(role_json)"
  printf '"api":{"requestedAccessTokenVersion":2,"oauth2PermissionScopes":[{"id":"%s","value":"access_as_user","type":"User","isEnabled":true,' "$scope_id"
  printf '"adminConsentDisplayName":"Use Holdfast","adminConsentDescription":"Search what Holdfast keeps, as far as your roles allow.",'
  printf '"userConsentDisplayName":"Use Holdfast","userConsentDescription":"Search what Holdfast keeps, as far as your roles allow."}]},'
  # With this "holdfast token" signs people in: Entra takes any port of localhost for it.
  printf '"publicClient":{"redirectUris":["http://localhost"]},'
  printf '"optionalClaims":{"accessToken":[{"name":"idtyp"},{"name":"xms_cc"},{"name":"acrs"}]}}'
}

# Of the operator's tenant and the identity; its name is given once and never changes.
credential_json() {
  printf '{%s"issuer":"https://login.microsoftonline.com/%s/v2.0","subject":"%s","audiences":["api://AzureADTokenExchange"],' "$3" "$1" "$2"
  printf '"description":"The identity of the Functions app proves this application to customers."}'
}

principal="${IDENTITY_PRINCIPAL_ID:-}"
[ -n "$principal" ] || principal="$(azd env get-value IDENTITY_PRINCIPAL_ID 2>/dev/null || true)"
# azd writes its errors where the value would stand.
[[ "$principal" =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] || principal=''
graph='https://graph.microsoft.com/v1.0'
named='"name":"holdfast-app",'

if $what_if; then
  echo "PUT the application \"$name\" (POST $graph/applications where there is none yet):"
  application_json
  echo
  echo 'Then its identifier URI api://<client id>, a service principal, and the federated credential:'
  credential_json '<operator tenant id>' "${principal:-<principal id of the identity>}" "$named"
  echo
  echo 'Nothing was sent.'
  exit 0
fi

if [ -z "$principal" ]; then
  echo 'The identity is not known yet: run "azd provision" first, or set IDENTITY_PRINCIPAL_ID.' >&2
  exit 1
fi

command -v az >/dev/null || {
  echo 'The Azure CLI is not on the path: install "az" and sign in with "az login".' >&2
  exit 1
}
tenant="$(az account show --query tenantId --output tsv)"
# "--display-name" would find every name that begins so, and change the first of them.
found="$(az ad app list --filter "displayName eq '$name'" --query '[].id' --output tsv)"
if [ "$(printf '%s\n' "$found" | wc -l)" -gt 1 ]; then
  echo "Several applications are named \"$name\". Rename the others, or choose a name with --name." >&2
  exit 1
fi
if [ -z "$found" ]; then
  found="$(az rest --method post --url "$graph/applications" --body "$(application_json)" --query id --output tsv)"
  echo "created the application \"$name\""
else
  az rest --method patch --url "$graph/applications/$found" --body "$(application_json)" --output none
  echo "brought the application \"$name\" up to date"
fi
client="$(az rest --method get --url "$graph/applications/$found" --query appId --output tsv)"
az rest --method patch --url "$graph/applications/$found" --body "{\"identifierUris\":[\"api://$client\"]}" --output none
az ad sp show --id "$client" --output none 2>/dev/null || az ad sp create --id "$client" --output none

credentials="$graph/applications/$found/federatedIdentityCredentials"
existing="$(az rest --method get --url "$credentials" --query "value[?name=='holdfast-app'].id | [0]" --output tsv)"
if [ -z "$existing" ]; then
  az rest --method post --url "$credentials" --body "$(credential_json "$tenant" "$principal" "$named")" --output none
else
  az rest --method patch --url "$credentials/$existing" --body "$(credential_json "$tenant" "$principal" '')" --output none
fi

echo "client id $client, tenant $tenant"
echo 'The permissions to collect with stand in docs/sources.md: add those of the sources you use, and let customers consent.'
if azd env set HOLDFAST_CLIENT_ID "$client" && azd env set HOLDFAST_PULL_CLIENT_ID "$client" &&
  azd env set HOLDFAST_OPERATOR_TENANT "$tenant"; then
  echo 'the settings are in the azd environment, "azd up" hands them to the app'
else
  echo 'The azd environment cannot be written. Where "azd provision" was run, do:' >&2
  echo "  azd env set HOLDFAST_CLIENT_ID $client" >&2
  echo "  azd env set HOLDFAST_PULL_CLIENT_ID $client" >&2
  echo "  azd env set HOLDFAST_OPERATOR_TENANT $tenant" >&2
  exit 1
fi
