/* What a guest of Anshi is written with in C.

   A guest declares once what it reads, as static data, and looks tables, columns and parameters up by the names that it
   declared. A name that is not declared, or a column read as another type, is a mistake in the guest: it ends the call,
   and the answer is `undetermined`.

   Every cell is a value or missing, and a value that is missing is not zero: the functions that read a cell say whether
   there is one. Use integers only. guest.c is an example; wit/sandbox.wit is the contract. */
#ifndef ANSHI_H
#define ANSHI_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The two worlds have the same types under other names. A project has the bindings of one of them. */
#if __has_include("verifier.h")
#include "verifier.h"
#define ANSHI_VERIFIER 1
#define ANSHI_TYPE(name) exports_anshi_sandbox_verifying_##name##_t
typedef verifier_string_t anshi_text;
#else
#include "contributor.h"
#define ANSHI_CONTRIBUTOR 1
#define ANSHI_TYPE(name) exports_anshi_sandbox_contributing_##name##_t
typedef contributor_string_t anshi_text;
typedef ANSHI_TYPE(dimension) anshi_dimension;
typedef ANSHI_TYPE(contributions) anshi_contributions;
#endif

typedef ANSHI_TYPE(read) anshi_read;
typedef ANSHI_TYPE(table_read) anshi_table_read;
typedef ANSHI_TYPE(parameter_spec) anshi_parameter_spec;
typedef ANSHI_TYPE(manifest) anshi_manifest;
typedef ANSHI_TYPE(column) anshi_column;
typedef ANSHI_TYPE(input) anshi_input;

/* ---- Declaring ---- */

#define ANSHI_TEXT(text) { (uint8_t *)(text), sizeof(text) - 1 }
#define ANSHI_LIST(array) { (array), sizeof(array) / sizeof((array)[0]) }

/* A column as the catalog's type says: integer, boolean and timestamp as integers, date as dates, identifier as tokens. */
#define ANSHI_READ(column) { ANSHI_TEXT(column), { NULL, 0 } }
/* A text column with a closed set of values, an array of ANSHI_TEXT: each row is an index into it, or its length. */
#define ANSHI_CODES(column, values) { ANSHI_TEXT(column), ANSHI_LIST(values) }
/* The columns of one dataset, an array of the two above. */
#define ANSHI_TABLE(dataset, reads) { ANSHI_TEXT(dataset), ANSHI_LIST(reads) }
/* A parameter: its name in the policy, and INTEGER, DATE, TEXT or IDENTIFIER. */
#define ANSHI_PARAMETER(name, kind) { ANSHI_TEXT(name), ANSHI_KIND_##kind }
#define ANSHI_KIND_INTEGER 0
#define ANSHI_KIND_DATE 1
#define ANSHI_KIND_TEXT 2
#define ANSHI_KIND_IDENTIFIER 3

/* A guest defines these two, and the function of its world at the end of this file. */
extern anshi_manifest ANSHI_MANIFEST;

/* ---- Looking up ---- */

/* The rows of one dataset. */
typedef struct {
    const anshi_table_read *declared;
    const ANSHI_TYPE(table) *given;
    uint32_t rows;
} anshi_table;

static inline bool anshi_is(const anshi_text *text, const char *name)
{
    size_t length = strlen(name);
    return text->len == length && memcmp(text->ptr, name, length) == 0;
}

static inline anshi_table anshi_find_table(const anshi_table_read *declared, size_t count, const ANSHI_TYPE(table) *given,
                                           const char *dataset)
{
    for (size_t at = 0; at < count; at++) {
        if (anshi_is(&declared[at].dataset, dataset)) {
            return (anshi_table){ &declared[at], &given[at], given[at].rows };
        }
    }
    abort();
}

/* A column of a table. Look it up once, before the loop over the rows. */
static inline const anshi_column *anshi_column_of(const anshi_table *table, const char *name)
{
    for (size_t at = 0; at < table->declared->reads.len; at++) {
        if (anshi_is(&table->declared->reads.ptr[at].column, name)) {
            return &table->given->columns.ptr[at];
        }
    }
    abort();
}

/* The parameter of this name. */
static inline const ANSHI_TYPE(parameter) *anshi_parameter(const anshi_input *input, const char *name, uint8_t kind)
{
    for (size_t at = 0; at < ANSHI_MANIFEST.parameters.len; at++) {
        const ANSHI_TYPE(parameter) *given = &input->parameters.ptr[at];
        if (anshi_is(&ANSHI_MANIFEST.parameters.ptr[at].name, name) && given->tag == kind) {
            return given;
        }
    }
    abort();
}

static inline int64_t anshi_integer_parameter(const anshi_input *input, const char *name)
{
    return anshi_parameter(input, name, ANSHI_KIND_INTEGER)->val.integer;
}

/* In days since 1970-01-01. */
static inline int32_t anshi_date_parameter(const anshi_input *input, const char *name)
{
    return anshi_parameter(input, name, ANSHI_KIND_DATE)->val.date;
}

/* Not terminated: compare it with anshi_is. */
static inline const anshi_text *anshi_text_parameter(const anshi_input *input, const char *name)
{
    return &anshi_parameter(input, name, ANSHI_KIND_TEXT)->val.text;
}

static inline uint32_t anshi_token_parameter(const anshi_input *input, const char *name)
{
    return anshi_parameter(input, name, ANSHI_KIND_IDENTIFIER)->val.identifier;
}

/* ---- Reading cells ---- */

/* Whether a row has a value: one bit per row, least significant first, 1 where it is missing; no list where none is. */
static inline bool anshi_has(const anshi_column *column, uint32_t row)
{
    return row / 8 >= column->missing.len || (column->missing.ptr[row / 8] >> (row % 8) & 1) == 0;
}

/* Each of these puts a row's value into *value and says true, or says false where it is missing or past the last row. */
#define ANSHI_CELL(function, type, kind, list)                                                       \
    static inline bool function(const anshi_column *column, uint32_t row, type *value)               \
    {                                                                                                \
        if (column->data.tag != (kind)) {                                                            \
            abort();                                                                                 \
        }                                                                                            \
        if (row >= column->data.val.list.len || !anshi_has(column, row)) {                           \
            return false;                                                                            \
        }                                                                                            \
        *value = column->data.val.list.ptr[row];                                                     \
        return true;                                                                                 \
    }

ANSHI_CELL(anshi_integer, int64_t, 0, integers)
/* Days since 1970-01-01. */
ANSHI_CELL(anshi_date, int32_t, 1, dates)
/* An index into the declared values; their number for any other value. */
ANSHI_CELL(anshi_code, uint32_t, 2, codes)
/* Equal identifiers are equal numbers within one call, and mean nothing outside it. */
ANSHI_CELL(anshi_token, uint32_t, 3, tokens)
ANSHI_CELL(anshi_text_cell, anshi_text, 4, texts)

/* ---- Counting ---- */

/* The sum, held at the ends of an int64_t: in C an overflow has no defined result. */
static inline int64_t anshi_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum)) {
        return sum;
    }
    return b < 0 ? INT64_MIN : INT64_MAX;
}

/* The whole number below a / b; b is above zero. */
static inline int64_t anshi_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The month that a day falls in, in months since January 1970, so that months can be subtracted. The source: Howard
   Hinnant, chrono-compatible low-level date algorithms (civil_from_days). */
static inline int64_t anshi_month(int32_t day)
{
    int64_t days = (int64_t)day + 719468;
    int64_t era = anshi_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    /* Years begin on 1 March here: their months are 2 for March to 13 for February of the next year. */
    return (era * 400 + year_of_era - 1970) * 12 + month_from_march + 2;
}

/* The first day of a month, held at the ends of an int32_t: to compare days with it costs less than to name the month of each.
   The source: the same (days_from_civil). */
static inline int32_t anshi_month_start(int64_t month)
{
    /* Years begin on 1 March here, so January and February belong to the year before. */
    int64_t months_from_march = month + 1970 * 12 - 2;
    int64_t year = anshi_divide(months_from_march, 12);
    int64_t month_from_march = months_from_march - year * 12;
    int64_t era = anshi_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month_from_march + 2) / 5;
    int64_t day = era * 146097 + day_of_era - 719468;
    return day < INT32_MIN ? INT32_MIN : day > INT32_MAX ? INT32_MAX : (int32_t)day;
}

/* ---- The two worlds ---- */

#ifdef ANSHI_VERIFIER

typedef ANSHI_TYPE(role) anshi_role;
typedef ANSHI_TYPE(party) anshi_party;

/* One kind of party: its name in the policy, and its tables, an array of ANSHI_TABLE. */
#define ANSHI_ROLE(name, tables) { ANSHI_TEXT(name), ANSHI_LIST(tables) }

/* The first party of a role, the only one where the policy says so; NULL where there is none. */
static inline const anshi_party *anshi_party_of(const anshi_input *input, const char *role)
{
    for (size_t at = 0; at < input->parties.len; at++) {
        const anshi_party *party = &input->parties.ptr[at];
        if (party->role < ANSHI_MANIFEST.roles.len && anshi_is(&ANSHI_MANIFEST.roles.ptr[party->role].name, role)) {
            return party;
        }
    }
    return NULL;
}

/* The rows of a dataset about a party: oldest first, rows of one time by the values that are read. */
static inline anshi_table anshi_table_of(const anshi_party *party, const char *dataset)
{
    const anshi_role *role = &ANSHI_MANIFEST.roles.ptr[party->role];
    return anshi_find_table(role->tables.ptr, role->tables.len, party->tables.ptr, dataset);
}

/* What the guest answers: an index into its labels. */
uint32_t anshi_verify(const anshi_input *input);

#else

/* One dimension of the table: its name in the policy, and its labels, an array of ANSHI_TEXT. */
#define ANSHI_DIMENSION(name, labels) { ANSHI_TEXT(name), ANSHI_LIST(labels) }

/* The rows of a dataset about the unit: oldest first, rows of one time by the values that are read. */
static inline anshi_table anshi_table_of(const anshi_input *input, const char *dataset)
{
    return anshi_find_table(ANSHI_MANIFEST.tables.ptr, ANSHI_MANIFEST.tables.len, input->tables.ptr, dataset);
}

/* One cell: an index into the labels of each dimension, and a value for each measure, as many as the manifest has. Contribute
   to no cell by returning without this: the unit is then not counted. The arrays are handed on, so make them static. */
static inline void anshi_contribute_cell(anshi_contributions *contributions, uint32_t *cell, int64_t *values)
{
    contributions->cells.ptr = cell;
    contributions->cells.len = ANSHI_MANIFEST.dimensions.len;
    contributions->values.ptr = values;
    contributions->values.len = ANSHI_MANIFEST.measures.len;
}

/* What this unit adds to the table. */
void anshi_contribute(const anshi_input *input, anshi_contributions *contributions);

#endif

#endif
