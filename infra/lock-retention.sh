#!/usr/bin/env bash
# Locks the retention of the archive: from then on each object is kept until its date, and nobody, the owner of the
# subscription included, can shorten it or delete the object. There is no way back.
#
#   infra/lock-retention.sh            shows the state
#   infra/lock-retention.sh --lock     locks new objects, and those kept so far, after a typed confirmation
#
# Needs the Azure CLI, signed in as somebody with "Storage Blob Data Owner" on the archive's account: the app itself has
# no such right.
set -euo pipefail

archive="${ARCHIVE_NAME:-$(azd env get-value ARCHIVE_NAME)}"
group="${AZURE_RESOURCE_GROUP:-$(azd env get-value AZURE_RESOURCE_GROUP)}"
app="${API_NAME:-$(azd env get-value API_NAME)}"

list() {
  az storage blob list --account-name "$archive" --container-name raw --auth-mode login --num-results '*' \
    --query "[?properties.immutabilityPolicy.policyMode=='$1'].name" --output tsv
}
setting="$(az functionapp config appsettings list --name "$app" --resource-group "$group" \
  --query "[?name=='HOLDFAST_RETENTION'].value | [0]" --output tsv)"
unlocked="$(list Unlocked | grep -c . || true)"
locked="$(list Locked | grep -c . || true)"
echo "archive $archive: new objects are $setting; of those kept, $locked are locked and $unlocked are not"

[ "${1:-}" = '--lock' ] || exit 0

echo
echo 'Locking cannot be undone. An account with locked objects cannot be deleted before the last of them may be.'
printf 'Type the name of the archive to lock it: '
read -r typed
if [ "$typed" != "$archive" ]; then
  echo 'Not the name of the archive. Nothing was changed.' >&2
  exit 1
fi

azd env set HOLDFAST_RETENTION locked
az functionapp config appsettings set --name "$app" --resource-group "$group" --settings HOLDFAST_RETENTION=locked --output none
echo 'new objects are locked from now on'
list Unlocked | while IFS= read -r blob; do
  [ -n "$blob" ] || continue
  until="$(az storage blob show --account-name "$archive" --container-name raw --name "$blob" --auth-mode login \
    --query properties.immutabilityPolicy.expiryTime --output tsv)"
  az storage blob immutability-policy set --account-name "$archive" --container-name raw --name "$blob" --auth-mode login \
    --expiry-time "$until" --policy-mode Locked --output none
done
echo "of those kept, $(list Unlocked | grep -c . || true) are left unlocked"
