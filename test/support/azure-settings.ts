/** What the Azure profile must be told, with services that nobody answers for. */
export const azureSettings = {
  HOLDFAST_PROFILE: 'azure',
  HOLDFAST_COSMOS_URL: 'https://cosmos.example',
  HOLDFAST_ARCHIVE_URL: 'https://archive.example',
  HOLDFAST_QUEUE_URL: 'https://queue.example/jobs',
  HOLDFAST_SEARCH_URL: 'https://search.example',
  HOLDFAST_VAULT_URL: 'https://vault.example',
};
