/* What a call costs that reads three columns: `make bench-guests` puts it in the place of a project's guest. */

#include "anshi.h"

static anshi_read PAYMENT[] = { ANSHI_READ("period_end"), ANSHI_READ("paid_fen"), ANSHI_READ("payable_fen") };
static anshi_table_read TABLES[] = { ANSHI_TABLE("tax_payment", PAYMENT) };
static anshi_role ROLES[] = { ANSHI_ROLE("enterprise", TABLES) };
static anshi_text LABELS[] = { ANSHI_TEXT("no"), ANSHI_TEXT("yes") };

anshi_manifest ANSHI_MANIFEST = { { NULL, 0 }, ANSHI_LIST(ROLES), ANSHI_LIST(LABELS) };

uint32_t anshi_verify(const anshi_input *input)
{
    const anshi_party *firm = anshi_party_of(input, "enterprise");
    if (firm == NULL) {
        return 0;
    }
    anshi_table table = anshi_table_of(firm, "tax_payment");
    const anshi_column *ends = anshi_column_of(&table, "period_end");
    const anshi_column *paid = anshi_column_of(&table, "paid_fen");
    const anshi_column *payable = anshi_column_of(&table, "payable_fen");
    /* A sum that overflows ends the call. */
    int64_t total_fen = 0;
    for (uint32_t row = 0; row < table.rows; row++) {
        int32_t end;
        int64_t due = 0, done = 0;
        anshi_integer(payable, row, &due);
        anshi_integer(paid, row, &done);
        if (anshi_date(ends, row, &end)
            && (__builtin_add_overflow(total_fen, done, &total_fen) || __builtin_add_overflow(total_fen, due, &total_fen))) {
            abort();
        }
    }
    return total_fen > 0;
}
