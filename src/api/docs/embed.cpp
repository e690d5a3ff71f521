#include "http/negotiation.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>
#include <yaml-cpp/yaml.h>

/// A build tool: embed FOLDER OPENAPI_YAML FILE... writes FOLDER/files.cpp, which holds the
/// files and the description as JSON, each in every coding.
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace guildhall;

std::string contents(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string out{std::istreambuf_iterator<char>{in}, {}};
  if (!in || out.empty())
    throw std::runtime_error{"cannot read " + file.string()};
  return out;
}

void write(const fs::path& file, std::string_view text) {
  std::ofstream out{file, std::ios::binary};
  out << text;
  if (!out.flush())
    throw std::runtime_error{"cannot write " + file.string()};
}

// --- YAML to JSON, by YAML's core schema as far as the description needs it

template <class Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

json::value scalar(const YAML::Node& node) {
  const auto& text = node.Scalar();
  if (node.Tag() == "!") // quoted
    return json::value(text);
  if (text == "null" || text == "~")
    return nullptr;
  if (text == "true" || text == "false")
    return text == "true";
  if (const auto whole = number<std::int64_t>(text))
    return *whole;
  if (const auto real = number<double>(text))
    return *real;
  return json::value(text);
}

json::value converted(const YAML::Node& node) {
  switch (node.Type()) {
  case YAML::NodeType::Scalar:
    return scalar(node);
  case YAML::NodeType::Sequence: {
    json::array out;
    for (const auto& item : node)
      out.push_back(converted(item));
    return out;
  }
  case YAML::NodeType::Map: {
    json::object out;
    for (const auto& item : node) {
      const auto& key = item.first.Scalar();
      if (!out.emplace(key, converted(item.second)).second)
        throw std::runtime_error{"a key stands twice: " + key};
    }
    return out;
  }
  default:
    return nullptr;
  }
}

// --- the C++ file

std::string_view type_of(const fs::path& file) {
  static const std::map<std::string, std::string_view> types{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".png", "image/png"},
      {".json", "application/json; charset=utf-8"}};
  return types.at(file.extension().string());
}

class writer {
public:
  explicit writer(fs::path folder) : folder_{std::move(folder)} {}

  void add(const fs::path& file, const std::string& plain) {
    const auto name = file.filename().string();
    rows_ += "    {\"" + name + "\", \"" + std::string{type_of(file)} + "\", "
           + blob(name, plain) + ", " + packed(name + ".gz", http::gzip(plain), plain) + ", "
           + packed(name + ".br", http::brotli(plain), plain) + "},\n";
  }

  void finish() const {
    write(
        folder_ / "files.cpp", "#include \"api/docs/files.hpp\"\n\n#include <array>\n\n"
                                   + blobs_
                                   + "\nnamespace guildhall::api {\n\n"
                                     "std::span<const docs_file> docs_files() {\n"
                                     "  static const auto all = std::to_array<docs_file>({\n"
                                   + rows_
                                   + "  });\n  return all;\n}\n\n"
                                     "std::string_view openapi_json() {\n"
                                     "  for (const auto& file : docs_files())\n"
                                     "    if (file.name == \"openapi.json\")\n"
                                     "      return file.plain;\n"
                                     "  return {};\n}\n\n} // namespace guildhall::api\n");
  }

private:
  std::string
  packed(const std::string& name, const std::string& bytes, std::string_view plain) {
    return bytes.size() < plain.size() ? blob(name, bytes) : "{}";
  }

  /// The assembler takes the bytes in: a compiler would need minutes for them as an array.
  std::string blob(const std::string& name, std::string_view bytes) {
    const auto file = folder_ / name;
    write(file, bytes);
    const auto symbol = "guildhall_docs_" + std::to_string(count_++);
    blobs_ += "__asm__(\".pushsection .rodata\\n\"\n        \"" + symbol + ":\\n\"\n"
            + "        \".incbin \\\"" + file.string() + "\\\"\\n\"\n"
            + "        \".popsection\\n\");\nextern \"C\" const char " + symbol + "[];\n";
    return "{" + symbol + ", " + std::to_string(bytes.size()) + "}";
  }

  fs::path folder_;
  std::string blobs_;
  std::string rows_;
  int count_{0};
};

} // namespace

int main(int count, char** arguments) {
  try {
    if (count < 3)
      throw std::runtime_error{"usage: embed FOLDER OPENAPI_YAML FILE..."};
    writer out{fs::absolute(arguments[1])};
    out.add("openapi.json", json::serialize(converted(YAML::LoadFile(arguments[2]))));
    for (const auto* file : std::vector<const char*>(arguments + 3, arguments + count))
      out.add(file, contents(file));
    out.finish();
  } catch (const std::exception& why) {
    std::cerr << "embed: " << why.what() << '\n';
    return 1;
  }
}
