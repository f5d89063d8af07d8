/* The parts of the C SDK that can be wrong without a guest of the kit showing it, run natively: days and months, the bitmap of
   missing values, sums and quotients at their ends. */

#include <stdio.h>

#include "anshi.h"

anshi_manifest ANSHI_MANIFEST;

#define CHECK(condition)                                         \
    do {                                                         \
        if (!(condition)) {                                      \
            printf("line %d: %s\n", __LINE__, #condition);       \
            return 1;                                            \
        }                                                        \
    } while (0)

static int calendar(void)
{
    int32_t day = -135140; /* 1600-01-01 */
    for (int year = 1600; year < 2400; year++) {
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        int lengths[] = { 31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        for (int of_year = 0; of_year < 12; of_year++) {
            int64_t month = (int64_t)(year - 1970) * 12 + of_year;
            CHECK(anshi_month_start(month) == day);
            for (int of_month = 0; of_month < lengths[of_year]; of_month++, day++) {
                CHECK(anshi_month(day) == month);
            }
        }
    }
    CHECK(anshi_month_start(anshi_month(INT32_MIN) - 20) == INT32_MIN);
    CHECK(anshi_month_start(anshi_month(INT32_MAX) + 20) == INT32_MAX);
    return 0;
}

static int cells(void)
{
    int64_t values[10] = { 7, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    uint8_t missing[] = { 0x05, 0x02 };
    anshi_column column = { { missing, 2 }, { .tag = 0, .val.integers = { values, 10 } } };
    for (uint32_t row = 0; row < 12; row++) {
        int64_t value = -1;
        bool there = anshi_integer(&column, row, &value);
        CHECK(there == (row < 10 && row != 0 && row != 2 && row != 9));
        CHECK(value == (there ? values[row] : -1));
    }
    column.missing.len = 0;
    int64_t value;
    CHECK(anshi_integer(&column, 0, &value) && value == 7);
    return 0;
}

static int numbers(void)
{
    CHECK(anshi_add(2, -5) == -3);
    CHECK(anshi_add(INT64_MAX, 1) == INT64_MAX && anshi_add(INT64_MIN, -1) == INT64_MIN);
    CHECK(anshi_divide(7, 2) == 3 && anshi_divide(-7, 2) == -4 && anshi_divide(-8, 2) == -4);
    CHECK(anshi_divide(INT64_MIN, 10000) == INT64_MIN / 10000 - 1);
    anshi_text text = ANSHI_TEXT("tax");
    CHECK(anshi_is(&text, "tax") && !anshi_is(&text, "ta") && !anshi_is(&text, "taxi") && !anshi_is(&text, "Tax"));
    return 0;
}

int main(void)
{
    return calendar() || cells() || numbers();
}
