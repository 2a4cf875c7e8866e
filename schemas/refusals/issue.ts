import { entry, FINAL, type Entry } from './entry.ts';

/** Days, hours and lists that cannot be recorded. */
export const issueRefusals = {
  // Lines of paper sheets.
  redemption_recorded_before: entry(
    FINAL,
    'The same line of a paper sheet was recorded before, as {first}, for {day}: {same}. ' +
      'Nothing was taken. If it is another visit, {say}"again": {again}.',
    'This visit was recorded before. Nothing was taken.',
  ),
  // Days and hours.
  occurred_in_future: entry(
    FINAL,
    '{day} has not been yet; today is {today} in this network.',
    'That day has not been yet. Nothing was changed.',
  ),
  too_long_ago: entry(
    FINAL,
    "{day} is more than {days} days ago, the limit of this network's rules.",
    'That was too long ago to record now. Nothing was changed. Ask the scheme.',
  ),
  days_inverted: entry(
    FINAL,
    'The last day is before the first.',
    'The last day is before the first. Nothing was changed.',
  ),
  // Lists.
  nothing_to_issue: entry(
    FINAL,
    'No line of the list has any minutes ({absences} absent), so there is nothing to issue. ' +
      'What was issued by mistake is reversed by its transaction.',
    'Everybody on this list was absent. Nothing was issued.',
  ),
  list_too_long: entry(
    FINAL,
    'This would make {events} events; one call makes at most {limit}. Send a list in parts; ' +
      'before a closing cancel bookings, and close venues one by one.',
    'That is too much at once. Nothing was changed. Do it in parts.',
  ),
  duplicate_sheet: entry(
    FINAL,
    'This sheet was issued before, as {first}, for {activity} on {day}. Nothing was issued. ' +
      'If it is another session with the same lines, say "again": true in each.',
    'This sheet was typed in before. Nothing was issued.',
  ),
  entries_refused: entry(
    FINAL,
    '{count} of the lines cannot be recorded; "errors" names each. Nothing was recorded.',
    'Some lines of the list are wrong. Nothing was issued. Mend them and send the list again.',
  ),
  own_wallet: entry(
    FINAL,
    'Line {line}: a coordinator may not credit their own wallet.',
    'You cannot give credits to yourself. Ask another coordinator.',
  ),
  member_twice: entry(
    FINAL,
    'Line {line}: this member stands in the list before, at line {first}. Put all minutes on ' +
      'one line, or another session into a list of its own.',
    'The same member is in the list twice. Nothing was issued.',
  ),
  too_many_minutes: entry(
    FINAL,
    'Line {line}: {minutes} minutes are too many on {day}; one member gives at most {limit} a day.',
    'That is more hours than one day allows. Nothing was issued.',
  ),
  duplicate_entry: entry(
    FINAL,
    'Line {line}: the same member, day, activity and minutes were issued as {first}. ' +
      'If it is another session, say "again": true.',
    'The same hours were issued before. If it was another session, say so.',
  ),
  no_fund_for_day: entry(
    FINAL,
    'No fund of this organisation{fund} covers {day}.',
    'There is no fund for that day. Nothing was issued. Ask the scheme.',
  ),
  allocation_exhausted: entry(
    FINAL,
    'The fund {fund} has {left} left and this takes {needed}. Left in each fund: {funds}. ' +
      'A list draws on one fund: issue it in parts, each naming its fund, or have more allocated.',
    'The fund has too few credits left. Nothing was issued. Ask the scheme for more.',
  ),
  fund_ended: entry(
    FINAL,
    'The last day of the fund {fund} here, {day}, is more than {days} days ago: no hour can be ' +
      'issued from it any more, and the credits would be returned at once. Name a later "lastDay".',
    'That fund has ended. Nothing was allocated. Give it a later last day.',
  ),
  // Visits.
  visit_twice: entry(
    FINAL,
    'The reference {reference} stands in the list before, at line {first}.',
    'The same visit is in the list twice. Nothing was recorded.',
  ),
  visit_recorded_before: entry(
    FINAL,
    'The visit {reference} of the network {network} was recorded before, as {first}. ' +
      'A reference is used once, also where its visit was reversed.',
    'This visit was recorded before. Nothing was recorded.',
  ),
} as const satisfies Record<string, Entry>;
