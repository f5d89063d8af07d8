/* Says whether a firm's own claim about its sales holds: yes or no.

   `yes` takes all of this, and everything else is `no`, a firm without rows included:

   1. the value-added tax declarations that were filed for periods of the last twelve months come to at least `claimed_fen`
      of taxable sales; of a period that was declared twice, the declaration filed last counts;
   2. some power was used in the last three months;
   3. none of their bills is more than sixty days overdue.

   What is missing never speaks for the firm: a declaration without a day of filing was not filed. It does not speak against
   it either: a bill of which it is not known how long it is overdue is not. */

#include "anshi.h"

/* The answers, in the manifest's order. */
enum { NO, YES };
/* The code of the one kind of tax whose declarations count. */
#define VAT 0
/* Declarations of so many months count, the current one among them. */
#define SALES_MONTHS 12
/* Power is looked at over so many months. */
#define POWER_MONTHS 3
/* A bill may be overdue for so long. */
#define OVERDUE_DAYS_MAX 60

static anshi_text TAX_KINDS[] = { ANSHI_TEXT("VAT") };
static anshi_read FILING[] = {
    ANSHI_READ("period_end"),
    ANSHI_CODES("tax_kind", TAX_KINDS),
    ANSHI_READ("filed_date"),
    ANSHI_READ("revenue_fen"),
};
static anshi_read USAGE[] = { ANSHI_READ("period_end"), ANSHI_READ("usage_kwh"), ANSHI_READ("overdue_days") };
static anshi_table_read TABLES[] = { ANSHI_TABLE("tax_filing", FILING), ANSHI_TABLE("electricity_usage", USAGE) };
static anshi_role ROLES[] = { ANSHI_ROLE("enterprise", TABLES) };
static anshi_parameter_spec PARAMETERS[] = { ANSHI_PARAMETER("claimed_fen", INTEGER) };
static anshi_text LABELS[] = { ANSHI_TEXT("no"), ANSHI_TEXT("yes") };

anshi_manifest ANSHI_MANIFEST = { ANSHI_LIST(PARAMETERS), ANSHI_LIST(ROLES), ANSHI_LIST(LABELS) };

/* The first day of the last `months` months, the one of `as_of` among them. */
static int32_t first_day(int32_t as_of, int64_t months)
{
    return anshi_month_start(anshi_month(as_of) - months + 1);
}

/* The taxable sales that were declared for the last twelve months. */
static int64_t declared_fen(anshi_table filings, int32_t as_of)
{
    const anshi_column *ends = anshi_column_of(&filings, "period_end");
    const anshi_column *kinds = anshi_column_of(&filings, "tax_kind");
    const anshi_column *days = anshi_column_of(&filings, "filed_date");
    const anshi_column *sales = anshi_column_of(&filings, "revenue_fen");
    int32_t since = first_day(as_of, SALES_MONTHS);
    int64_t total_fen = 0, period_fen = 0;
    /* Rows come by the ends of their periods, so those of one period stand together. */
    int32_t period = 0, last_filed = INT32_MIN;
    bool any = false;
    for (uint32_t row = 0; row < filings.rows; row++) {
        int32_t end, filed;
        uint32_t kind;
        int64_t revenue_fen;
        if (!anshi_date(ends, row, &end) || !anshi_code(kinds, row, &kind) || kind != VAT
            || !anshi_date(days, row, &filed) || !anshi_integer(sales, row, &revenue_fen)) {
            continue;
        }
        if (end < since || filed > as_of) {
            continue;
        }
        if (!any || period != end) {
            total_fen = anshi_add(total_fen, period_fen);
            any = true;
            period = end;
            last_filed = INT32_MIN;
            period_fen = 0;
        }
        if (filed >= last_filed) {
            last_filed = filed;
            period_fen = revenue_fen;
        }
    }
    return anshi_add(total_fen, period_fen);
}

/* Whether power was used in the last three months, and paid for in time. */
static bool has_power(anshi_table readings, int32_t as_of)
{
    const anshi_column *ends = anshi_column_of(&readings, "period_end");
    const anshi_column *usages = anshi_column_of(&readings, "usage_kwh");
    const anshi_column *overdue = anshi_column_of(&readings, "overdue_days");
    int32_t since = first_day(as_of, POWER_MONTHS);
    bool is_used = false;
    for (uint32_t row = 0; row < readings.rows; row++) {
        int32_t end;
        int64_t usage, days;
        if (!anshi_date(ends, row, &end) || end < since) {
            continue;
        }
        if (anshi_integer(overdue, row, &days) && days > OVERDUE_DAYS_MAX) {
            return false;
        }
        is_used |= anshi_integer(usages, row, &usage) && usage > 0;
    }
    return is_used;
}

uint32_t anshi_verify(const anshi_input *input)
{
    const anshi_party *firm = anshi_party_of(input, "enterprise");
    if (firm == NULL) {
        return NO;
    }
    bool declared = declared_fen(anshi_table_of(firm, "tax_filing"), input->as_of)
                    >= anshi_integer_parameter(input, "claimed_fen");
    return declared && has_power(anshi_table_of(firm, "electricity_usage"), input->as_of) ? YES : NO;
}
