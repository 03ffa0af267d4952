// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/queries.h"

#include "absl/strings/str_cat.h"

namespace cache_invalidation::truth {
namespace {

std::string Numbers(int from, int to) {
  return absl::StrCat("SELECT g::text AS i FROM generate_series(", from, ", ", to, ") g");
}

// Each element an SQL literal.
std::string Texts(const std::string& literals) {
  return absl::StrCat("SELECT i FROM unnest(ARRAY[", literals, "]::text[]) AS t(i)");
}

// The rows of `from`, which may begin with a join, as they are, in an order that says all of them.
std::string Rows(const std::string& from) {
  return absl::StrCat("SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ", from);
}

std::string One() { return "SELECT ''::text AS i"; }

// Rows by their keys: direct tags, no rule.
std::vector<QueryKind> RowKinds() {
  return {
      {"venue", Numbers(1, 8), Rows("venues t WHERE t.id = i::int"), {"venues:{i}"}},
      {"artist",
       Texts("'9007199254740992', '9007199254740993', '9007199254740994', '9223372036854775807', "
             "'1', '-5'"),
       Rows("artists t WHERE t.id = i::bigint"),
       {"artists:{i}"}},
      {"show", Numbers(1, 16), Rows("shows t WHERE t.id = i::int"), {"shows:{i}"}},
      {"customer", Numbers(1, 12), Rows("customers t WHERE t.id = i::int"), {"customers:{i}"}},
      {"booking", Numbers(1, 16), Rows("bookings t WHERE t.id = i::bigint"), {"bookings:{i}"}},
      {"ticket",
       "SELECT a::text AS i, b::text AS j FROM generate_series(1, 6) a, generate_series(1, 2) b",
       Rows("tickets t WHERE t.booking_id = i::bigint AND t.line = j::int"),
       {"tickets:{i},{j}"}},
      {"price_level",
       Texts("'0.00', '0.10', '10.00', '12.50', '1000000.00', '9999999999.99'"),
       Rows("price_levels t WHERE t.amount = i::numeric"),
       {"price_levels:{i}"}},
      {"promo",
       Texts("'eu:10', 'us:5', 'ALL', 'a,b', '100%', 'für'"),
       Rows("promo_codes t WHERE t.code = i"),
       {"promo_codes:{i}"}},
      {"setting",
       "SELECT s AS i, n AS j FROM unnest(ARRAY['tenant:1', 'tenant:2', 'global']) s, "
       "unnest(ARRAY['theme', 'limits']) n",
       Rows("settings t WHERE t.scope = i AND t.name = j"),
       {"settings:{i},{j}"}},
      {"media_item",
       "SELECT '00000000-0000-0000-0000-00000000000' || g AS i FROM generate_series(1, 4) g",
       "SELECT md5(t::text) FROM media t WHERE t.id = i::uuid",
       {"media:{i}"}},
      {"employee", Numbers(1, 8), Rows("staff t WHERE t.id = i::int"), {"staff:{i}"}},
      {"reading",
       "SELECT v::text AS i, m AS j FROM generate_series(1, 4) v, "
       "unnest(ARRAY['heat', 'noise:db']) m",
       Rows("readings t WHERE t.venue_id = i::int AND t.metric = j"),
       {"readings:{i},{j}"}},
      // `cachectl ingest` names partitions, the connector their root.
      {"ledger_row",
       "SELECT y::text AS i, n::text AS j FROM generate_series(2022, 2024) y, "
       "generate_series(1, 5) n",
       Rows("billing.ledger t WHERE t.year = i::int AND t.id = j::int"),
       {"billing.ledger_{i}:{i},{j}", "billing.ledger:{i},{j}"}},
      {"appearance",
       "SELECT a AS i, s::text AS j FROM unnest(ARRAY['1', '-5', '9007199254740993']) a, "
       "generate_series(1, 4) s",
       Rows("show_artists t WHERE t.artist_id = i::bigint AND t.show_id = j::int"),
       {"show_artists:{i},{j}"}},
      {"review", Numbers(1, 10), Rows("reviews t WHERE t.id = i::int"), {"reviews:{i}"}},
  };
}

// Whatever looks at a whole table: direct tags, too.
std::vector<QueryKind> CollectionKinds() {
  return {
      {"venue_count", One(), "SELECT count(*)::text FROM venues", {"venues:#all"}},
      {"show_search",
       Texts("'rock', 'größe', '50%'"),
       "SELECT string_agg(t.title, '|' ORDER BY t.title) FROM shows t "
       "WHERE position(i IN lower(t.title)) > 0",
       {"shows:#all"}},
      {"average_price", One(), "SELECT avg(price)::text FROM shows", {"shows:#all"}},
      {"top_customers",
       One(),
       "SELECT string_agg(c::text, '|') FROM (SELECT name, credit FROM customers "
       "ORDER BY credit DESC NULLS LAST, id LIMIT 3) c",
       {"customers:#all"}},
      {"latest_bookings",
       One(),
       "SELECT string_agg(b::text, '|') FROM (SELECT id, placed_at FROM bookings "
       "ORDER BY placed_at DESC NULLS LAST, id LIMIT 5) b",
       {"bookings:#all"}},
      {"audit_count", One(), "SELECT count(*)::text FROM audit_log", {"audit_log:#all"}},
      {"ledger_year",
       Numbers(2022, 2024),
       "SELECT sum(amount)::text FROM billing.ledger WHERE year = i::int",
       {"billing.ledger_{i}:#all", "billing.ledger:#all"}},
  };
}

// Lists by a foreign key.
std::vector<QueryKind> ListKinds() {
  return {
      {"venue_shows",
       Numbers(1, 8),
       Rows("shows t WHERE t.venue_id = i::int"),
       {"venue_shows:{i}"}},
      {"unplaced_shows", One(), Rows("shows t WHERE t.venue_id IS NULL"), {"venue_shows:%null"}},
      {"venue_top",
       Numbers(1, 8),
       "SELECT string_agg(s::text, '|') FROM (SELECT title, price FROM shows WHERE venue_id = "
       "i::int ORDER BY price DESC NULLS LAST, id LIMIT 3) s",
       {"venue_shows:{i}"}},
      {"customer_bookings",
       Numbers(1, 12),
       Rows("bookings t WHERE t.customer_id = i::int"),
       {"customer_bookings:{i}"}},
      {"show_bookings",
       Numbers(1, 16),
       "SELECT count(*) || ':' || sum(total) FROM bookings t WHERE t.show_id = i::int",
       {"show_bookings:{i}"}},
      {"referrals",
       Numbers(1, 12),
       Rows("customers t WHERE t.referred_by = i::int"),
       {"referrals:{i}"}},
      {"boss_staff", Numbers(1, 8), Rows("staff t WHERE t.boss_id = i::int"), {"boss_staff:{i}"}},
      {"bosses", One(), Rows("staff t WHERE t.boss_id IS NULL"), {"boss_staff:%null"}},
      {"agent_artists",
       Numbers(1, 8),
       Rows("artists t WHERE t.agent_id = i::int"),
       {"agent_artists:{i}"}},
      {"holder_tickets",
       Numbers(1, 6),
       Rows("tickets t WHERE t.holder_id = i::int"),
       {"holder_tickets:{i}"}},
      {"show_media",
       Numbers(1, 8),
       "SELECT string_agg(md5(t::text), '|' ORDER BY t.id) FROM media t WHERE t.show_id = i::int",
       {"show_media:{i}"}},
      {"show_reviews",
       Numbers(1, 8),
       "SELECT avg(stars)::text FROM reviews t WHERE t.show_id = i::int",
       {"show_reviews:{i}"}},
  };
}

// Lists by another column's value.
std::vector<QueryKind> ValueKinds() {
  return {
      {"price_shows",
       Texts("'0.10', '10.00', '12.50', '9999999999.99'"),
       Rows("shows t WHERE t.price = i::numeric"),
       {"price_shows:{i}"}},
      {"version_shows",
       Texts("'1', '9007199254740992', '9007199254740993', '9223372036854775807'"),
       Rows("shows t WHERE t.version = i::bigint"),
       {"version_shows:{i}"}},
      {"start_shows",
       Texts("'2024-05-01 20:00:00', '2024-06-01 21:30:00'"),
       Rows("shows t WHERE t.starts_at = i::timestamp"),
       {"start_shows:{i}"}},
      {"discount_promos",
       Texts("'0.1', '0.25', '1', '1e+20', 'NaN', 'Infinity'"),
       Rows("promo_codes t WHERE t.discount = i::float8"),
       {"discount_promos:{i}"}},
      {"email_customer",
       Texts("'ann@example.org', 'ünal@example.org', 'a:b@example.org', '100%@example.org'"),
       Rows("customers t WHERE t.email = i"),
       {"email_customer:{i}"}},
      {"active_levels",
       Texts("'true', 'false'"),
       Rows("price_levels t WHERE t.active = i::boolean"),
       {"active_levels:{i}"}},
      {"review_day",
       Texts("'2024-03-01', '2024-03-02'"),
       Rows("reviews t WHERE t.created = i::date"),
       {"review_day:{i}"}},
      {"account_total",
       Numbers(1, 4),
       "SELECT sum(amount)::text FROM billing.ledger t WHERE t.account = i::int",
       {"account_total:{i}"}},
  };
}

// Membership in arrays, and fields of jsonb.
std::vector<QueryKind> NestedKinds() {
  return {
      {"label_shows",
       Texts("'rock', 'new', 'a,b', 'q\"x', 'b\\s', 'k:v', 'NULL', 'größe', '{x}', ' blank '"),
       Rows("shows t WHERE i = ANY (t.labels)"),
       {"label_shows:{i}"}},
      {"genre_artists",
       Texts("'jazz', 'rock', 'r&b'"),
       Rows("artists t WHERE i = ANY (t.genres)"),
       {"genre_artists:{i}"}},
      {"score_artists",
       Texts("'10', '20'"),
       Rows("artists t WHERE i::int = ANY (t.scores)"),
       {"score_artists:{i}"}},
      {"promo_shows",
       Numbers(1, 6),
       Rows("promo_codes t WHERE i::int = ANY (t.valid_shows)"),
       {"promo_shows:{i}"}},
      {"skill_staff",
       Texts("'sound', 'light'"),
       Rows("staff t WHERE i = ANY (t.skills)"),
       {"skill_staff:{i}"}},
      {"theme_shows",
       Texts("'dark', 'a:b', 'true', '7'"),
       Rows("shows t WHERE t.details->>'theme' = i"),
       {"theme_shows:{i}"}},
      {"age_shows",
       Texts("'18', '18.0', '18.50', '9007199254740993'"),
       Rows("shows t WHERE t.details->>'age' = i"),
       {"age_shows:{i}"}},
      {"scope_settings",
       Texts("'tenant:1', 'tenant:2', 'global'"),
       Rows("settings t WHERE t.scope = i"),
       {"scope_settings:{i}"}},
      {"newsletter_count",
       One(),
       "SELECT count(*)::text FROM customers WHERE preferences @> '{\"newsletter\": true}'",
       {"newsletter_count"}},
  };
}

// Behind rules with conditions.
std::vector<QueryKind> ConditionKinds() {
  return {
      {"status_count",
       Texts("'draft', 'onsale', 'soldout', 'cancelled'"),
       "SELECT count(*)::text FROM shows WHERE status = i::show_status",
       {"status_count:{i}"}},
      {"onsale_titles",
       One(),
       "SELECT string_agg(title, '|' ORDER BY title) FROM shows WHERE status = 'onsale'",
       {"onsale_titles"}},
      {"city_open",
       Texts("'Berlin', 'Köln', 'New York'"),
       "SELECT count(*)::text FROM venues WHERE city = i AND status = 'open'",
       {"city_open:{i}"}},
      {"rich_customers",
       One(),
       "SELECT string_agg(name, '|' ORDER BY name) FROM customers WHERE credit > 1000",
       {"rich_customers"}},
      {"credit_list",
       One(),
       "SELECT string_agg(credit::text, '|' ORDER BY credit) FROM customers",
       {"credit_list"}},
      {"tier_scores",
       Texts("'gold', 'silver'"),
       "SELECT string_agg(coalesce(score::text, '-'), '|' ORDER BY score) FROM customers "
       "WHERE tier = i",
       {"tier_scores:{i}"}},
      {"metric_values",
       Texts("'heat', 'noise:db'"),
       "SELECT string_agg(coalesce(value::text, '-'), '|' ORDER BY value) FROM readings "
       "WHERE metric = i",
       {"metric_values:{i}"}},
      {"venue_exact",
       Numbers(1, 4),
       "SELECT sum(exact)::text FROM readings WHERE venue_id = i::int",
       {"venue_exact:{i}"}},
      {"cheap_shows",
       One(),
       "SELECT string_agg(title || price, '|' ORDER BY title, price) FROM shows WHERE price < 20",
       {"cheap_shows"}},
      {"sale_shows",
       One(),
       "SELECT string_agg(title, '|' ORDER BY title) FROM shows "
       "WHERE position('sale' IN body) > 0",
       {"sale_shows"}},
      {"customer_card",
       Numbers(1, 12),
       "SELECT concat_ws('|', name, email, tier, credit, preferences) FROM customers "
       "WHERE id = i::int",
       {"customer_card:{i}"}},
  };
}

// Over the table of oddities.
std::vector<QueryKind> OddKinds() {
  const auto member = [](const std::string& column, const std::string& element) {
    return Rows(absl::StrCat("\"odd-names\" t WHERE ", element, " = ANY (t.", column, ")"));
  };
  const std::string replies =
      "SELECT string_agg(coalesce(\"reply-to\", '-'), '|' ORDER BY \"reply-to\") FROM "
      "\"odd-names\"";
  return {
      {"odd_row",
       Texts("'ab   ', 'x:y  ', '100% '"),
       Rows("\"odd-names\" t WHERE t.id = i::char(5)"),
       {"odd-names:{i}"}},
      {"odd_flag", Texts("'true', 'false'"), member("flags", "i::boolean"), {"odd_flag:{i}"}},
      {"odd_amount", Texts("'10.00', '0.50'"), member("amounts", "i::numeric"), {"odd_amount:{i}"}},
      {"odd_code", Texts("'a', 'b:c'"), member("codes", "i"), {"odd_code:{i}"}},
      {"odd_label", Texts("'red', 'blue'"), member("labels", "i"), {"odd_label:{i}"}},
      {"odd_state", Texts("'onsale'"), member("states", "i::show_status"), {"odd_state:{i}"}},
      {"odd_day", Texts("'2024-03-01'"), member("days", "i::date"), {"odd_day:{i}"}},
      {"odd_grades",
       One(),
       "SELECT string_agg(coalesce(grade::text, '-'), '|' ORDER BY grade) FROM \"odd-names\"",
       {"odd_grades"}},
      {"odd_replies", One(), replies, {"odd_replies"}},
      {"odd_answers", One(), replies, {"odd_answers"}},
  };
}

// Over several tables.
std::vector<QueryKind> JoinKinds() {
  const std::string show_tags = "SELECT string_agg('shows:' || show_id, chr(31)) FROM ";
  return {
      {"artist_shows",
       Texts("'1', '-5', '9007199254740992', '9007199254740993'"),
       "SELECT string_agg(s.title || coalesce(x.role, '-'), '|' ORDER BY s.id) FROM show_artists x "
       "JOIN shows s ON s.id = x.show_id WHERE x.artist_id = i::bigint",
       {"artist_shows:{i}"},
       show_tags + "show_artists WHERE artist_id = i::bigint"},
      {"show_lineup",
       Numbers(1, 16),
       "SELECT string_agg(a.name, '|' ORDER BY x.slot, a.id) FROM show_artists x "
       "JOIN artists a ON a.id = x.artist_id WHERE x.show_id = i::int",
       {"show_lineup:{i}"},
       "SELECT string_agg('artists:' || artist_id, chr(31)) FROM show_artists "
       "WHERE show_id = i::int"},
      {"booking_page",
       Numbers(1, 16),
       "SELECT b::text || coalesce(s.title, '-') || coalesce((SELECT string_agg(t::text, '|' "
       "ORDER BY t.line) FROM tickets t WHERE t.booking_id = b.id), '-') FROM bookings b "
       "LEFT JOIN shows s ON s.id = b.show_id WHERE b.id = i::bigint",
       {"booking_page:{i}"},
       show_tags + "bookings WHERE id = i::bigint"},
      {"invoice_page",
       Numbers(1, 16),
       "SELECT concat_ws('|', b.total, c.name, (SELECT sum(t.price) FROM tickets t "
       "WHERE t.booking_id = b.id)) FROM bookings b LEFT JOIN customers c ON c.id = b.customer_id "
       "WHERE b.id = i::bigint",
       {"invoice_page:{i}"},
       "SELECT 'customers:' || customer_id FROM bookings WHERE id = i::bigint"},
      {"show_seats",
       Numbers(1, 16),
       "SELECT count(*)::text FROM bookings b JOIN tickets t ON t.booking_id = b.id "
       "WHERE b.show_id = i::int",
       {"show_bookings:{i}"},
       "SELECT string_agg('booking_tickets:' || id, chr(31)) FROM bookings WHERE show_id = i::int"},
      {"venue_revenue",
       Numbers(1, 8),
       "SELECT sum(b.total)::text FROM shows s JOIN bookings b ON b.show_id = s.id "
       "WHERE s.venue_id = i::int",
       {"venue_shows:{i}"},
       "SELECT string_agg('show_bookings:' || id, chr(31)) FROM shows WHERE venue_id = i::int"},
  };
}

// Over other results, by a pattern, and in a store of its own.
std::vector<QueryKind> DerivedKinds() {
  return {
      {"artist_book",
       Texts("'1', '-5', '9007199254740993', '9223372036854775807'"),
       "SELECT concat_ws('|', name, genres, profile) FROM artists WHERE id = i::bigint",
       {"artist_book:{i}"}},
      {"book_index",
       One(),
       "SELECT string_agg(name, '|' ORDER BY name) FROM artists",
       {"book_index"}},
      {"promo_page",
       Texts("'eu:10', 'us:5', 'ALL', '100%'"),
       Rows("promo_codes t WHERE t.code = i"),
       {"promo_page:{i}"}},
      {"promo_summary", One(), "SELECT sum(uses)::text FROM promo_codes", {"promo_summary"}},
      {"page:menu",
       Texts("'main', 'side'"),
       "SELECT i || string_agg(label, '|' ORDER BY label) FROM price_levels WHERE active",
       {}},
      {"venue_dashboard",
       Numbers(1, 8),
       "SELECT v.name || coalesce((SELECT sum(b.total)::text FROM shows s JOIN bookings b "
       "ON b.show_id = s.id WHERE s.venue_id = v.id), '-') FROM venues v WHERE v.id = i::int",
       {},
       {},
       {"venue:{i}", "venue_revenue:{i}"}},
      {"home",
       One(),
       "SELECT string_agg(v.name || coalesce((SELECT sum(b.total)::text FROM shows s JOIN bookings "
       "b ON b.show_id = s.id WHERE s.venue_id = v.id), '-'), '|' ORDER BY v.id) FROM venues v "
       "WHERE v.id BETWEEN 1 AND 8",
       {},
       {},
       {"venue_dashboard:1", "venue_dashboard:2", "venue_dashboard:3", "venue_dashboard:4",
        "venue_dashboard:5", "venue_dashboard:6", "venue_dashboard:7", "venue_dashboard:8"}},
      {"staff_tree",
       Numbers(1, 8),
       "SELECT string_agg(d.name || coalesce(g.name, '-'), '|' ORDER BY d.id, g.id) FROM staff d "
       "LEFT JOIN staff g ON g.boss_id = d.id WHERE d.boss_id = i::int",
       {},
       "SELECT string_agg('boss_staff:' || id, chr(31)) FROM staff WHERE boss_id = i::int",
       {"boss_staff:{i}"}},
      {"shared_show",
       Numbers(1, 3),
       Rows("shows t WHERE t.id = i::int"),
       {"shows:{i}"},
       {},
       {},
       true},
      {"shared_pair",
       One(),
       "SELECT string_agg(title, '|' ORDER BY id) FROM shows WHERE id IN (1, 2)",
       {},
       {},
       {"shared_show:1", "shared_show:2"},
       true},
      {"shared_list",
       Numbers(1, 2),
       Rows("bookings t WHERE t.customer_id = i::int"),
       {"customer_bookings:{i}"},
       {},
       {},
       true},
  };
}

}  // namespace

const std::vector<QueryKind>& QueryKinds() {
  static const std::vector<QueryKind> kinds = [] {
    std::vector<QueryKind> out;
    for (const auto& group :
         {RowKinds(), CollectionKinds(), ListKinds(), ValueKinds(), NestedKinds(), ConditionKinds(),
          OddKinds(), JoinKinds(), DerivedKinds()}) {
      out.insert(out.end(), group.begin(), group.end());
    }
    return out;
  }();
  return kinds;
}

}  // namespace cache_invalidation::truth
