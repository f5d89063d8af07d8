/* One theme of the fiscal year by county and industry: what tax is paid, what power is used, or how many are employed.

   The parameter `theme` says which of the three the table is about. An enterprise counts in the cell of its county and
   industry if a figure of that theme is known of it in the last twelve months; beside that count, which the engine keeps, it
   adds `amount`, their sum:

   tax          tax paid for periods that ended in those months, in hundreds of yuan
   power        power used in them, in hundreds of kWh
   employment   insured heads, summed over the months: head-months

   The unit of each is such that most enterprises stay below the policy's one bound. What is missing adds nothing, and what
   is less than a whole unit is dropped once, at the end. */

#include "anshi.h"

#define MONTHS 12
/* Fen in a hundred yuan, and hundredths of a kWh in a hundred kWh. */
#define PARTS_PER_HUNDRED 10000

/* The counties of the city: codes of GB/T 2260, as the catalog has them. */
static anshi_text COUNTIES[] = {
    ANSHI_TEXT("371402"), ANSHI_TEXT("371403"), ANSHI_TEXT("371422"), ANSHI_TEXT("371423"), ANSHI_TEXT("371424"),
    ANSHI_TEXT("371425"), ANSHI_TEXT("371426"), ANSHI_TEXT("371427"), ANSHI_TEXT("371428"), ANSHI_TEXT("371481"),
    ANSHI_TEXT("371482"),
};
/* The sections of GB/T 4754, as the catalog has them. */
static anshi_text INDUSTRIES[] = {
    ANSHI_TEXT("A"), ANSHI_TEXT("B"), ANSHI_TEXT("C"), ANSHI_TEXT("D"), ANSHI_TEXT("E"), ANSHI_TEXT("F"), ANSHI_TEXT("G"),
    ANSHI_TEXT("H"), ANSHI_TEXT("I"), ANSHI_TEXT("J"), ANSHI_TEXT("K"), ANSHI_TEXT("L"), ANSHI_TEXT("M"), ANSHI_TEXT("N"),
    ANSHI_TEXT("O"), ANSHI_TEXT("P"), ANSHI_TEXT("Q"), ANSHI_TEXT("R"), ANSHI_TEXT("S"), ANSHI_TEXT("T"),
};
#define COUNTIES_COUNT (sizeof(COUNTIES) / sizeof(COUNTIES[0]))
#define INDUSTRIES_COUNT (sizeof(INDUSTRIES) / sizeof(INDUSTRIES[0]))

/* Codes are declared with the labels of the dimensions, so that they are their indices. */
static anshi_read REGISTRATION[] = { ANSHI_CODES("county", COUNTIES), ANSHI_CODES("industry", INDUSTRIES) };
static anshi_read TAX[] = { ANSHI_READ("period_end"), ANSHI_READ("paid_fen") };
static anshi_read POWER[] = { ANSHI_READ("period_end"), ANSHI_READ("usage_kwh") };
static anshi_read HEADS[] = { ANSHI_READ("period_end"), ANSHI_READ("insured_heads") };
static anshi_table_read TABLES[] = {
    ANSHI_TABLE("business_registration", REGISTRATION),
    ANSHI_TABLE("tax_payment", TAX),
    ANSHI_TABLE("electricity_usage", POWER),
    ANSHI_TABLE("social_insurance", HEADS),
};
static anshi_parameter_spec PARAMETERS[] = { ANSHI_PARAMETER("theme", TEXT) };
static anshi_dimension DIMENSIONS[] = { ANSHI_DIMENSION("county", COUNTIES), ANSHI_DIMENSION("industry", INDUSTRIES) };
static anshi_text MEASURES[] = { ANSHI_TEXT("amount") };

anshi_manifest ANSHI_MANIFEST = {
    ANSHI_LIST(PARAMETERS),
    ANSHI_LIST(TABLES),
    ANSHI_LIST(DIMENSIONS),
    ANSHI_LIST(MEASURES),
};

/* Where the newest row of the register puts the unit; false where it does not say, or names a place that is on no list. */
static bool find_cell(const anshi_input *input, uint32_t *cell)
{
    anshi_table table = anshi_table_of(input, "business_registration");
    if (table.rows == 0) {
        return false;
    }
    uint32_t newest = table.rows - 1;
    return anshi_code(anshi_column_of(&table, "county"), newest, &cell[0]) && cell[0] < COUNTIES_COUNT
           && anshi_code(anshi_column_of(&table, "industry"), newest, &cell[1]) && cell[1] < INDUSTRIES_COUNT;
}

/* The sum of the known figures of the periods that ended in the last twelve months; false where there are none. */
static bool sum(anshi_table table, const char *column, int32_t as_of, int64_t *total)
{
    const anshi_column *ends = anshi_column_of(&table, "period_end");
    const anshi_column *figures = anshi_column_of(&table, column);
    int64_t month = anshi_month(as_of);
    int32_t since = anshi_month_start(month - MONTHS + 1), next = anshi_month_start(month + 1);
    bool any = false;
    *total = 0;
    for (uint32_t row = 0; row < table.rows; row++) {
        int32_t end;
        int64_t figure;
        if (!anshi_date(ends, row, &end) || !anshi_integer(figures, row, &figure)) {
            continue;
        }
        if (since <= end && end < next) {
            *total = anshi_add(*total, figure);
            any = true;
        }
    }
    return any;
}

void anshi_contribute(const anshi_input *input, anshi_contributions *contributions)
{
    static uint32_t cell[2];
    static int64_t amount[1];
    const anshi_text *theme = anshi_text_parameter(input, "theme");
    const char *dataset, *column;
    int64_t parts;
    if (anshi_is(theme, "tax")) {
        dataset = "tax_payment", column = "paid_fen", parts = PARTS_PER_HUNDRED;
    } else if (anshi_is(theme, "power")) {
        dataset = "electricity_usage", column = "usage_kwh", parts = PARTS_PER_HUNDRED;
    } else if (anshi_is(theme, "employment")) {
        dataset = "social_insurance", column = "insured_heads", parts = 1;
    } else {
        return;
    }
    int64_t total;
    if (find_cell(input, cell) && sum(anshi_table_of(input, dataset), column, input->as_of, &total)) {
        amount[0] = anshi_divide(total, parts);
        anshi_contribute_cell(contributions, cell, amount);
    }
}
