#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What the texts of a configuration must look like.
namespace guildhall::config_keys {

/// A check of one text and the words that go with it, which read well after "must be".
struct text_rule {
  bool (*holds)(std::string_view);
  std::string_view accepts;
};

extern const text_rule ip_address;
extern const text_rule network;
extern const text_rule url;
extern const text_rule origin;
extern const text_rule browser_origin;
extern const text_rule region;
extern const text_rule locale;
extern const text_rule visible;
extern const text_rule credential;
extern const text_rule dsn;
extern const text_rule optional_dsn;
extern const text_rule pooling;
extern const text_rule level;
extern const text_rule log_format_name;
extern const text_rule key_id;
extern const text_rule who_reads;
extern const text_rule user_name;
extern const text_rule header_name;
extern const text_rule discovery;

/// `https://host:port` of an http or https URL; nothing if the text is not such a URL.
std::optional<std::string_view> origin_of(std::string_view url);

/// The same as browsers send it: in lower case, without the port that is the scheme's own; ""
/// if the text is not such a URL.
std::string browser_origin_of(std::string_view url);

} // namespace guildhall::config_keys
