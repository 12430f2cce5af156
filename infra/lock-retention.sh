#!/usr/bin/env bash
# Locks the retention of the archive: from then on each object is kept until its date, and nobody, the owner of the
# subscription included, can shorten it or delete the object. There is no way back.
#
#   infra/lock-retention.sh            shows the state
#   infra/lock-retention.sh --lock     locks new objects, and those kept so far, after a typed confirmation
#
# Needs the Azure CLI, signed in as somebody with "Storage Blob Data Owner" on the archive's account, from where the
# account can be reached. Objects are locked one by one, about one a second; what stopped halfway goes on when it is
# run again.
set -euo pipefail

lock=false
case "${1:-}" in
  '') ;;
  --lock) lock=true ;;
  *)
    echo "unknown option: $1" >&2
    exit 2
    ;;
esac

command -v az >/dev/null || {
  echo 'The Azure CLI is not on the path: install "az" and sign in with "az login".' >&2
  exit 1
}

# azd writes its errors where the value would stand.
from_azd() {
  local found
  found="$(azd env get-value "$1" 2>/dev/null)" || found=''
  if [ -z "$found" ]; then
    echo "$1 is not known: run \"azd provision\" first, or set $1." >&2
    return 1
  fi
  printf '%s' "$found"
}
archive="${ARCHIVE_NAME:-$(from_azd ARCHIVE_NAME)}"
group="${AZURE_RESOURCE_GROUP:-$(from_azd AZURE_RESOURCE_GROUP)}"
app="${API_NAME:-$(from_azd API_NAME)}"

kept="$(mktemp)"
trap 'rm -f "$kept"' EXIT
now="$(date -u +%Y-%m-%dT%H:%M:%SZ)"

# One line for each object under a retention: mode, until, name. The service tells neither without "--include i".
list() {
  az storage blob list --account-name "$archive" --container-name raw --auth-mode login --include i --num-results '*' \
    --query '[?immutabilityPolicy.policyMode].[immutabilityPolicy.policyMode, immutabilityPolicy.expiryTime, name]' \
    --output tsv >"$kept"
}
# Of one mode; what was to be kept until a day that has passed needs no lock, and the service takes none.
count() {
  awk -F'\t' -v mode="$1" -v now="$now" 'tolower($1) == mode && $2 > now { found++ } END { print found + 0 }' "$kept"
}

setting="$(az functionapp config appsettings list --name "$app" --resource-group "$group" \
  --query "[?name=='HOLDFAST_RETENTION'].value | [0]" --output tsv)"
list
echo "archive $archive: new objects are $setting; of those kept, $(count locked) are locked and $(count unlocked) are not"

$lock || exit 0

echo
echo 'Locking cannot be undone. An account with locked objects cannot be deleted before the last of them may be.'
printf 'Type the name of the archive to lock it: '
read -r typed || typed=''
if [ "$typed" != "$archive" ]; then
  echo 'Not the name of the archive. Nothing was changed.' >&2
  exit 1
fi

if ! azd env set HOLDFAST_RETENTION locked; then
  echo 'The azd environment cannot be written, and its next "azd provision" would leave new objects unlocked again.' >&2
  echo 'Nothing was changed. Run this where "azd provision" was run.' >&2
  exit 1
fi
az functionapp config appsettings set --name "$app" --resource-group "$group" --settings HOLDFAST_RETENTION=locked --output none
echo 'new objects are locked from now on'

failed=0
while IFS=$'\t' read -r mode until name; do
  [ "$mode" = 'unlocked' ] || [ "$mode" = 'Unlocked' ] || continue
  [[ "$until" > "$now" ]] || continue
  # The list says +00:00, and the command takes only Z.
  az storage blob immutability-policy set --account-name "$archive" --container-name raw --name "$name" --auth-mode login \
    --expiry-time "${until%%[.+Z]*}Z" --policy-mode Locked --output none </dev/null || failed=$((failed + 1))
done <"$kept"

list
left="$(count unlocked)"
echo "of those kept, $(count locked) are locked and $left are not"
if [ "$failed" -gt 0 ] || [ "$left" -gt 0 ]; then
  echo 'Not all are locked. Run this again: what is locked stays locked.' >&2
  exit 1
fi
