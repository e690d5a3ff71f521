#include "battlenet_sim/filler.hpp"
#include "battlenet_sim/hrefs.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/text.hpp"

#include <array>

namespace guildhall::sim {

namespace {

struct slot {
  std::string_view type;
  std::string_view name;
  std::string_view inventory;
  std::string_view noun;
  bool armor;    ///< has an armour value and durability
  bool optional; ///< a shirt or tabard: no level, no stats worth the name
};

constexpr std::array slots{
    slot{"HEAD", "Head", "HEAD", "Casque", true, false},
    slot{"NECK", "Neck", "NECK", "Pendant", false, false},
    slot{"SHOULDER", "Shoulders", "SHOULDER", "Mantle", true, false},
    slot{"SHIRT", "Shirt", "BODY", "Shirt", false, true},
    slot{"CHEST", "Chest", "CHEST", "Cuirass", true, false},
    slot{"WAIST", "Waist", "WAIST", "Girdle", true, false},
    slot{"LEGS", "Legs", "LEGS", "Greaves", true, false},
    slot{"FEET", "Feet", "FEET", "Treads", true, false},
    slot{"WRIST", "Wrist", "WRIST", "Bindings", true, false},
    slot{"HANDS", "Hands", "HAND", "Grips", true, false},
    slot{"FINGER_1", "Ring 1", "FINGER", "Band", false, false},
    slot{"FINGER_2", "Ring 2", "FINGER", "Signet", false, false},
    slot{"TRINKET_1", "Trinket 1", "TRINKET", "Idol", false, false},
    slot{"TRINKET_2", "Trinket 2", "TRINKET", "Phial", false, false},
    slot{"BACK", "Back", "CLOAK", "Drape", true, false},
    slot{"MAIN_HAND", "Main Hand", "WEAPON", "Blade", false, false},
    slot{"OFF_HAND", "Off Hand", "HOLDABLE", "Tome", false, false},
    slot{"TABARD", "Tabard", "TABARD", "Tabard", false, true},
};
constexpr std::size_t main_hand = 15;
constexpr std::size_t off_hand = 16;
constexpr std::uint64_t item_variants = adjectives.size();

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> secondary_stats{
    {{"CRIT_RATING", "Critical Strike"},
     {"HASTE_RATING", "Haste"},
     {"MASTERY_RATING", "Mastery"},
     {"VERSATILITY", "Versatility"}}};
constexpr std::string_view effect =
    "Your attacks and abilities have a chance to wreathe you in the light of an older age, "
    "raising your highest secondary attribute for 15 sec. While it lasts, every tenth of a "
    "second spent in combat draws further on its strength, up to a limit that grows with the "
    "level of this item, and the last of its glow mends those who stand within 30 yards of "
    "you.";

std::string grouped(std::int64_t value) {
  auto digits = std::to_string(value);
  for (auto i = static_cast<std::int64_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

/// Writes one equipped item of the pool.
class item_writer {
public:
  item_writer(
      json_writer& out, std::string_view region, const slot& where, std::string_view armor,
      std::uint64_t variant)
      : w_(out),
        host_(api_host(region)),
        patch_(static_namespace(region)),
        slot_(where),
        armor_(armor),
        seed_(
            mix(mix(variant, static_cast<std::uint64_t>(&where - slots.data())), armor.size())),
        variant_(variant),
        item_(200'000 + static_cast<std::int64_t>(seed_ % 40'000)),
        level_(where.optional ? 1 : 560 + static_cast<int>(variant) * 10) {}

  void write() {
    w_.object([&] {
      identity();
      kind();
      if (slot_.armor)
        w_.object("armor", [&] {
          w_.member("value", level_ * 9);
          display(grouped(level_ * 9) + " Armor");
        });
      if (slot_.type == "MAIN_HAND")
        weapon();
      if (!slot_.optional) {
        stats();
        spells();
        enchantments();
        sockets();
      }
      prices_and_looks();
    });
  }

private:
  void display(const std::string& text) {
    w_.text("display_string", text);
  }

  void key(std::string_view path, std::int64_t id) {
    w_.link(
        "key",
        host_ + "/data/wow/" + std::string(path) + std::to_string(id) + "?namespace=" + patch_);
  }

  void reference(
      std::string_view name, std::string_view path, std::int64_t id, std::string_view text) {
    w_.object(name, [&] {
      key(path, id);
      if (!text.empty())
        w_.text("name", text);
      w_.member("id", id);
    });
  }

  void typed(std::string_view name, std::string_view type, std::string_view text) {
    w_.object(name, [&] {
      w_.member("type", type);
      w_.text("name", text);
    });
  }

  std::string item_name() const {
    return std::string(adjectives[variant_ % adjectives.size()]) + " "
         + std::string(slot_.noun);
  }

  void identity() {
    reference("item", "item/", item_, "");
    typed("slot", slot_.type, slot_.name);
    w_.member("quantity", 1);
    if (!slot_.optional) {
      w_.member("context", 35);
      w_.array("bonus_list", [&] {
        for (auto i = 0U; i < 5; ++i)
          w_.element(4'000 + static_cast<int>(mix(seed_, i) % 7'000));
      });
    }
    typed("quality", slot_.optional ? "COMMON" : "EPIC", slot_.optional ? "Common" : "Epic");
    w_.text("name", item_name());
    if (slot_.armor)
      w_.member("modified_appearance_id", 90'000 + static_cast<int>(seed_ % 90'000));
    reference("media", "media/item/", item_, "");
  }

  void kind() {
    auto weapon = slot_.type == "MAIN_HAND";
    reference("item_class", "item-class/", weapon ? 2 : 4, weapon ? "Weapon" : "Armor");
    reference(
        "item_subclass", weapon ? "item-class/2/item-subclass/" : "item-class/4/item-subclass/",
        static_cast<std::int64_t>(armor_.size() % 8), weapon ? "Sword" : armor_);
    typed("inventory_type", slot_.inventory, slot_.name);
    typed("binding", "ON_ACQUIRE", "Binds when picked up");
  }

  void weapon() {
    w_.object("weapon", [&] {
      w_.object("damage", [&] {
        w_.member("min_value", level_ * 2);
        w_.member("max_value", level_ * 3);
        display(grouped(level_ * 2) + " - " + grouped(level_ * 3) + " Damage");
        typed("damage_class", "PHYSICAL", "Physical");
      });
      w_.object("attack_speed", [&] {
        w_.member("value", 3600);
        display("Speed 3.60");
      });
      w_.object("dps", [&] {
        w_.member("value", level_ * 0.69444);
        display("(" + std::to_string(level_ * 7 / 10) + ".4 damage per second)");
      });
    });
  }

  void stat(std::string_view type, std::string_view name, int value, bool negated, bool bonus) {
    w_.object([&] {
      typed("type", type, name);
      w_.member("value", value);
      display("+" + grouped(value) + " " + std::string(name));
      if (negated)
        w_.member("is_negated", true);
      if (bonus)
        w_.member("is_equip_bonus", true);
    });
  }

  void stats() {
    auto first = seed_ % 4;
    w_.array("stats", [&] {
      stat("STRENGTH", "Strength", level_ * 4, armor_ != "Plate", false);
      stat("INTELLECT", "Intellect", level_ * 4, armor_ == "Plate", false);
      stat("STAMINA", "Stamina", level_ * 31, false, false);
      for (auto i : {first, (first + 1 + variant_ % 3) % 4})
        stat(secondary_stats[i].first, secondary_stats[i].second, level_ + 40, false, true);
    });
  }

  void spells() {
    if (seed_ % 2 == 0 && slot_.type.substr(0, 7) != "TRINKET")
      return;
    w_.array("spells", [&] {
      w_.object([&] {
        reference(
            "spell", "spell/", 300'000 + static_cast<std::int64_t>(seed_ % 99'000),
            item_name());
        w_.text("description", "Equip: " + std::string(effect));
      });
    });
  }

  void enchantments() {
    if (seed_ % 3 == 0)
      return;
    auto source = 223'600 + static_cast<std::int64_t>(seed_ % 200);
    w_.array("enchantments", [&] {
      w_.object([&] {
        display("Enchanted: Radiant Mastery +" + std::to_string(200 + variant_));
        reference(
            "source_item", "item/", source,
            "Enchant " + std::string(slot_.name) + " - Radiant Mastery");
        w_.member("enchantment_id", 7'300 + static_cast<int>(seed_ % 300));
        w_.object("enchantment_slot", [&] {
          w_.member("id", 0);
          w_.member("type", "PERMANENT");
        });
      });
    });
  }

  void sockets() {
    if (mix(seed_, 9) % 2 == 0)
      return;
    auto gem = 213'400 + static_cast<std::int64_t>(seed_ % 300);
    w_.array("sockets", [&] {
      for (auto i = 0; i < 2; ++i)
        w_.object([&] {
          typed("socket_type", "PRISMATIC", "Prismatic Socket");
          reference("item", "item/", gem + i, "Masterful Ruby");
          display("+147 Mastery and +49 Haste");
          reference("media", "media/item/", gem + i, "");
        });
    });
  }

  void prices_and_looks() {
    w_.object("requirements", [&] {
      if (!slot_.optional)
        w_.object("level", [&] {
          w_.member("value", 80);
          display("Requires Level 80");
        });
    });
    w_.object("level", [&] {
      w_.member("value", level_);
      display("Item Level " + std::to_string(level_));
    });
    if (slot_.armor) {
      w_.object("transmog", [&] {
        reference("item", "item/", item_ - 20'000, "Timeworn " + std::string(slot_.noun));
        display("Transmogrified to:\nTimeworn " + std::string(slot_.noun));
        w_.member("item_modified_appearance_id", 40'000 + static_cast<int>(seed_ % 50'000));
      });
      w_.object("durability", [&] {
        w_.member("value", 100);
        display("Durability 100 / 100");
      });
    }
    w_.object("sell_price", [&] {
      w_.member("value", 480'000 + static_cast<std::int64_t>(seed_ % 90'000));
      w_.object("display_strings", [&] {
        w_.text("header", "Sell Price:");
        w_.text("gold", std::to_string(48 + seed_ % 9));
        w_.text("silver", std::to_string(seed_ % 100));
        w_.text("copper", std::to_string(seed_ / 100 % 100));
      });
    });
    if (!slot_.optional)
      w_.object("name_description", [&] {
        display("Mythic");
        w_.object("color", [&] {
          w_.member("r", 0);
          w_.member("g", 255);
          w_.member("b", 0);
          w_.member("a", 1.0);
        });
      });
  }

  json_writer& w_;
  std::string host_;
  std::string patch_;
  const slot& slot_;
  std::string_view armor_;
  std::uint64_t seed_;
  std::uint64_t variant_;
  std::int64_t item_;
  int level_;
};

} // namespace

void append_equipped_items(body& out, const character& who, bool localized) {
  auto bare = mix(who.seed, 77);
  auto first = true;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& where = slots[i];
    // Empty slots are absent: no off hand with a two-handed weapon, no shirt for many.
    if ((i == off_hand && bare % 2 == 0) || (where.optional && (bare >> i) % 3 == 0))
      continue;
    if (who.level < 40 && i != main_hand && (bare >> i) % 2 == 0)
      continue;
    // One item in four is new after a visit.
    auto worn_since = mix(who.visits, i) % 4 == 0 ? who.visits : who.visits / 4;
    auto variant = mix(mix(who.seed, i), worn_since) % item_variants;
    auto armor = where.armor && where.type != "BACK" ? who.profession->armor : "Miscellaneous";
    auto name = "item/" + std::string(where.type) + "/" + std::string(armor) + "/"
              + std::to_string(variant) + "/" + std::string(who.region)
              + (localized ? "" : "/all");
    if (!first)
      out.own() += ',';
    first = false;
    out.add(shared_chunk(name, [&] {
      std::string text;
      json_writer w(text, localized);
      item_writer(w, who.region, where, armor, variant).write();
      return text;
    }));
  }
}

} // namespace guildhall::sim
