/** Invented people. Some need more than ASCII, because real directories do. */
export const firstNames: readonly string[] = [
  'Ada', 'Aiko', 'Amara', 'André', 'Anouk', 'Beatriz', 'Björn', 'Carmen', 'Chidi', 'Dagny', 'Daniel', 'Dilara',
  'Elif', 'Emeka', 'Erik', 'Fatima', 'Finn', 'François', 'Greta', 'Hana', 'Henrik', 'Imani', 'Ingrid', 'Ivo',
  'Jana', 'Jonas', 'José', 'Jürgen', 'Kaja', 'Kwame', 'Leila', 'Liam', 'Łukasz', 'Mads', 'Malik', 'Mei',
  'Nadia', 'Nils', 'Noor', 'Olga', 'Óscar', 'Petra', 'Priya', 'Rafael', 'Renée', 'Ruth', 'Samira', 'Søren',
  'Tariq', 'Tess', 'Tiến', 'Ulla', 'Viktor', 'Wanda', 'Yara', 'Yusuf', 'Zoë', 'Željko', 'Þóra', 'Șerban',
  'Maren', 'Lotte', 'Pavel', 'Sinéad',
]; // prettier-ignore
export const lastNames: readonly string[] = [
  'Abara', 'Ahlgren', 'Almeida', 'Bakker', 'Baumann', 'Bianchi', 'Björk', 'Brandt', 'Castillo', 'Çelik', 'Chowdhury',
  'Dąbrowski', 'Dahl', 'de Vries', 'Dubois', 'Eklund', 'Engel', 'Farrow', 'Fischer', 'Fjeld', 'García', 'Grönberg',
  'Haddad', 'Hakala', 'Horváth', 'Ibarra', 'Iversen', 'Jansen', 'Kaplan', 'Kowalski', 'Krüger', 'Laine', 'Lefèvre',
  'Lund', 'Mäkinen', 'Marchetti', 'Mensah', 'Moreau', 'Müller', 'Nakamura', 'Nguyễn', 'Novák', 'O’Brien', 'Okafor',
  'Olsen', 'Öztürk', 'Papadakis', 'Petrov', 'Quist', 'Ramos', 'Rossi', 'Salonen', 'Schäfer', 'Silva', 'Strand',
  'Szabó', 'Takahashi', 'Thorne', 'Ueda', 'Varga', 'Weiß', 'Wójcik', 'Yıldız', 'Zielińska',
]; // prettier-ignore
export const departments: readonly string[] = [
  'Finance', 'Sales', 'Engineering', 'Human Resources', 'Legal', 'Operations', 'Marketing', 'Support', 'Purchasing',
]; // prettier-ignore
export const principalNames: readonly string[] = [
  'HR Provisioning', 'Directory Sync', 'Backup Agent', 'Device Registration Service', 'Ticket Bridge',
  'Payroll Connector', 'Signature Manager', 'Reporting Robot',
]; // prettier-ignore
export const groupNames: readonly string[] = [
  'All Staff', 'Finance Team', 'Sales EMEA', 'Engineering', 'Project Birch', 'Projekt Übergabe', 'VPN Users',
  'Licensing E5', 'Board', 'Direction générale', '営業チーム', 'Guests',
]; // prettier-ignore
export const siteNames: readonly string[] = [
  'finance', 'sales', 'engineering', 'hr', 'legal', 'project-birch', 'intranet', 'board',
]; // prettier-ignore
export const partnerDomains: readonly string[] = [
  'nordlicht-supply.example', 'harbour-legal.example', 'kestrel-travel.example', 'brightwater-bank.example',
  'papyrus-office.example', 'quarry-software.example', 'linden-clinic.example', 'meridian-press.example',
  'tideline-freight.example', 'umbra-insurance.example',
]; // prettier-ignore
export const partnerBoxes: readonly string[] = [
  'billing', 'orders', 'support', 'info', 'newsletter', 'no-reply', 'a.keller', 'm.santos', 'office', 'contracts',
]; // prettier-ignore

const unfoldable: Readonly<Record<string, string>> = {
  ł: 'l', ø: 'o', đ: 'd', ß: 'ss', æ: 'ae', þ: 'th', ð: 'd', ı: 'i',
}; // prettier-ignore

/** The name as it stands in an address: lower-case ASCII letters. */
export function folded(name: string): string {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.replaceAll(/[^a-z]/gu, letter => unfoldable[letter] ?? '');
}
