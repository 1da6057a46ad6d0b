/** Every `code` of an entry of `errors` or of a row of an import, and what it means. */
export const FIELD_ERRORS = {
  required: 'The field is missing or empty.',
  wrong_type: 'The value has the wrong JSON type.',
  wrong_format: 'The value is not in the required format.',
  not_allowed: 'The value is not one of the allowed values.',
  too_small: 'The number is too small, or the list has too few entries.',
  too_large: 'The number is too large, or the list has too many entries.',
  too_long: 'The text is too long.',
  too_many: 'There are too many labels, jobs or JSON values.',
  out_of_range: 'The number or time is outside its allowed range.',
  control_character: 'The text has a control character or a lone surrogate.',
  duplicate: 'Two values that must differ are the same.',
  unknown_field: 'There is no such field.',
  unknown_parameter: 'There is no such query parameter.',
  unknown_name: 'The account has no stage or pipeline of this name.',
  unknown_reference: 'The account has no object with this id (422).',
  invalid_page_token: 'The value is not a `nextPageToken` of this list with these filters and this sort.',
  url_refused: 'Webhooks cannot be sent to this URL.',
  empty: 'The file is empty.',
  no_header: 'The first line of the file does not name its columns.',
  too_many_columns: 'The file has too many columns, or a line of it has too many keys.',
  unknown_column: 'The file has no such column.',
  malformed_json: 'The line of the file is not JSON.',
  malformed_csv: 'The quotes of the row are not balanced.',
  too_many_cells: 'The row has more cells than the header.',
  skipped_lines:
    'Lines in front of the header or behind the rows of the file are no rows, and were skipped (a warning).',
  invalid_phone: 'The phone number is not valid, and was not written (a warning).',
  extension_dropped: 'The extension of the phone number was not written (a warning).',
  not_first: 'The row has several emails or phones. This is not the first, and was not written (a warning).',
  potential_duplicate: 'Another prospect has this phone number (a warning).',
  type_mismatch: 'The file is not of the type that was declared.',
  more_errors: 'There are more errors than `errors` lists. This is always the last entry.',
  invalid: 'The value is wrong in another way; see `message`.',
} as const

/** The `code` of an entry of `errors` or of a row of an import. */
export type FieldErrorCode = keyof typeof FIELD_ERRORS
