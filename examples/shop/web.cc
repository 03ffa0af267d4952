// SPDX-License-Identifier: Apache-2.0

// The process that shows products (`products 1 2 3`), the page of one (`page 1`) and the orders of
// a customer (`orders 17`). `metrics` is for Prometheus.

#include <iterator>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cache_invalidation/client/prometheus_text.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "shop.h"

using namespace cache_invalidation::client;

class Web {
 public:
  // That a product does not exist is cached as well, until it is inserted.
  Web(const std::string& endpoint, const std::string& path)
      : database_(OpenDatabase(path)),
        texts_(Client(MakeConnection(endpoint)), {.name = "web", .lease = absl::Seconds(2)},
               {.not_found_ttl = absl::Minutes(1)}) {
    texts_.AwaitLive(absl::Seconds(5));  // until then nothing is kept
  }

  absl::StatusOr<std::string> Answer(const std::string& request) const {
    std::istringstream words(request);
    std::string command;
    words >> command;
    const std::vector<int> ids(std::istream_iterator<int>(words), {});
    if (command == "metrics") {
      return PrometheusText({{.cache = "web", .statistics = texts_.Statistics()}});
    }
    if (command == "products") {
      return absl::StrJoin(Products(ids), "\n", [](std::string* list, const auto& product) {
        *list += product.ok() ? **product : product.status().ToString();
      });
    }
    const bool is_page = command == "page";
    if (ids.size() != 1 || !(is_page || command == "orders")) return absl::NotFoundError(request);
    const auto text = texts_.GetOrLoad(absl::StrCat(command, ":", ids[0]), [&](Load& load) {
      return is_page ? Page(ids[0], load) : Orders(ids[0], load);
    });
    if (!text.ok()) return text.status();
    return **text;
  }

 private:
  using Texts = TaggedCache<std::string>;
  static std::string KeyOf(int product) { return absl::StrCat("products:", product); }

  std::vector<Texts::Result> Products(const std::vector<int>& ids) const {
    std::vector<std::string> keys;
    for (const int id : ids) keys.push_back(KeyOf(id));
    const auto load = [&](absl::Span<Load* const> missing) -> absl::StatusOr<Texts::Values> {
      std::vector<int> wanted;
      for (Load* load : missing) {
        load->AddTag(load->key());  // it is also the tag of the row
        wanted.push_back(ids[load->index()]);
      }
      // One query for all of them. It returns a row for each, in their order.
      const auto rows = Run(
          database_, absl::StrCat("SELECT name || ' for ' || price FROM json_each('[",
                                  absl::StrJoin(wanted, ","),
                                  "]') LEFT JOIN products ON products.id = value ORDER BY key"));
      if (!rows.ok()) return rows.status();
      Texts::Values products;
      for (const auto& row : *rows) {
        products.push_back(row[0]);
        if (row[0].empty()) products.back() = absl::NotFoundError("no such product");
      }
      return products;
    };
    return texts_.GetOrLoadMany(keys, load);
  }

  absl::StatusOr<std::string> Page(int id, Load& load) const {
    const Texts::Result product = Products({id})[0];
    load.DependOnKey(KeyOf(id));  // before an error, because that is cached as well
    if (!product.ok()) return product.status();
    load.AddTag(absl::StrCat("product_orders:", id));
    const auto orders =
        Run(database_, absl::StrCat("SELECT COUNT(*) FROM orders WHERE product_id = ", id));
    if (!orders.ok()) return orders.status();
    return absl::StrCat(**product, ", in ", (*orders)[0][0], " orders");
  }

  absl::StatusOr<std::string> Orders(int customer, Load& load) const {
    load.AddTag(absl::StrCat("customer_orders:", customer));
    const auto orders =
        Run(database_, absl::StrCat("SELECT product_id, quantity FROM orders WHERE customer_id = ",
                                    customer, " ORDER BY id"));
    if (!orders.ok()) return orders.status();
    std::vector<int> ids;
    for (const auto& order : *orders) ids.push_back(std::stoi(order[0]));
    const std::vector<Texts::Result> products = Products(ids);
    std::vector<std::string> lines;
    for (size_t i = 0; i < ids.size(); ++i) {
      load.DependOnKey(KeyOf(ids[i]));
      if (!products[i].ok()) return products[i].status();
      lines.push_back(absl::StrCat((*orders)[i][1], " x ", **products[i]));
    }
    return absl::StrJoin(lines, "\n");
  }

  const Database database_;
  const Texts texts_;
};

int main(int argc, char** argv) { return Serve<Web>(argc, argv); }
