#include "store/postgres/raw_link.hpp"

#include "store/postgres/sqlstate.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <libpq-fe.h>
#include <mutex>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace guildhall::store {

namespace {

using milliseconds = std::chrono::milliseconds;

/// Look-ups that nobody waits for any more, but that the resolver has not given up.
constexpr int most_lookups{16};

void signal_event(int fd) noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
}

/// Until `fd` is ready.
result<void> wait_for(int fd, short events, deadline until, const wake_up& wake) {
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  std::array<pollfd, 2> watched{{{fd, events, 0}, {wake.fd(), POLLIN, 0}}};
  const int ready = left <= milliseconds::zero()
                      ? 0
                      : ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
  if (wake.called())
    return fail(ec::shutting_down);
  if (ready == 0)
    return fail(ec::database_down, "the database did not answer in time");
  return {}; // an interrupted call is one look too many
}

/// What a look-up and its thread share.
struct lookup {
  const int done{::eventfd(0, EFD_CLOEXEC)};
  std::mutex lock{};
  std::vector<std::string> found{};
  ~lookup() {
    ::close(done);
  }
};

std::atomic<int>& lookups() {
  static std::atomic<int> running{0};
  return running;
}

void look_up(const std::shared_ptr<lookup>& asked, const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* all = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &all) == 0) {
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(all, &::freeaddrinfo);
    const std::lock_guard guard{asked->lock};
    for (const auto* one = all; one; one = one->ai_next) {
      std::array<char, NI_MAXHOST> text{};
      if (::getnameinfo(
              one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
              NI_NUMERICHOST)
          == 0)
        asked->found.emplace_back(text.data());
    }
  }
  signal_event(asked->done);
  --lookups();
}

bool is_an_address(const std::string& host) {
  in6_addr any{};
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1
      || ::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &any) == 1;
}

/// The code in a message of libpq's: "...:  28P01: ...". libpq gives it nowhere else while
/// connecting.
std::string sqlstate_in(std::string_view message) {
  constexpr std::size_t length = 5;
  constexpr std::string_view before{":  "};
  for (auto at = message.rfind(before); at != std::string_view::npos && at > 0;
       at = message.rfind(before, at - 1)) {
    const auto code = message.substr(at + before.size(), length);
    const auto is_part = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    };
    if (code.size() == length && std::ranges::all_of(code, is_part)
        && message.substr(at + before.size() + length).starts_with(':'))
      return std::string(code);
  }
  return {};
}

failure why_not_connected(PGconn* conn, std::string_view key) {
  const std::string mend{key};
  const std::string_view message = PQerrorMessage(conn);
  const auto code = sqlstate_in(message);
  const bool by_pooler = code == "08P01";
  if (code == "3D000")
    return {ec::wrong_credentials, "the database does not exist: create it, or mend " + mend};
  if (trouble_of(code) == trouble::no_login || code == "42501"
      || PQconnectionNeedsPassword(conn)
      || (by_pooler && message.find("authentication") != std::string_view::npos))
    return {ec::wrong_credentials, "the database refuses our user or password: mend " + mend};
  if (by_pooler && message.find("startup parameter") != std::string_view::npos)
    return {
        ec::bad_config,
        "the pooler before the database takes no \"options\": leave them out of " + mend};
  if (code == "57P03")
    return {ec::database_down, "the database is starting up or shutting down"};
  if (code == "53300")
    return {ec::database_down, "the database has no connection left for us"};
  if (by_pooler)
    return {ec::database_down, "the pooler before the database reaches no server"};
  return {ec::database_down, unreachable};
}

raw_link::rows::value_type first_row(const PGresult* answer) {
  raw_link::rows::value_type out;
  if (PQntuples(answer) > 0)
    for (int i = 0; i < PQnfields(answer); ++i)
      out.emplace_back(PQgetvalue(answer, 0, i));
  return out;
}

} // namespace

wake_up::wake_up(std::stop_token stop)
    : fd_(::eventfd(0, EFD_CLOEXEC)),
      stop_(std::move(stop)) {
  callback_.emplace(stop_, [fd = fd_] { signal_event(fd); });
}

wake_up::~wake_up() {
  callback_.reset(); // nobody writes to what is closed
  ::close(fd_);
}

result<std::vector<std::string>>
addresses_of(const database_host& host, deadline until, const wake_up& wake) {
  const bool is_socket = host.name.starts_with('/') || host.name.starts_with('@');
  if (!host.address.empty() || host.name.empty() || is_socket || is_an_address(host.name))
    return std::vector<std::string>{host.address};
  constexpr auto unknown = "the name of the database's host cannot be resolved";
  if (++lookups() > most_lookups) {
    --lookups();
    return fail(ec::database_down, unknown);
  }
  const auto asked = std::make_shared<lookup>();
  try {
    std::thread(look_up, asked, host.name).detach();
  } catch (const std::system_error&) {
    --lookups();
    return fail(ec::database_down, unknown);
  }
  if (const auto ready = wait_for(asked->done, POLLIN, until, wake); !ready)
    return fail(ready.error());
  const std::lock_guard guard{asked->lock};
  if (asked->found.empty())
    return fail(ec::database_down, unknown);
  return asked->found;
}

void raw_link::finish::operator()(pg_conn* conn) const noexcept {
  PQfinish(conn);
}

result<raw_link> raw_link::connect(
    const std::string& conninfo, std::string_view key, deadline until, const wake_up& wake) {
  raw_link link{PQconnectStart(conninfo.c_str())};
  auto* const conn = link.conn_.get();
  if (!conn)
    return fail(ec::database_down, "out of memory");
  // The text of a server's error depends on its language; its code does not.
  PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
  auto status = PQstatus(conn) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
    const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (const auto ready = wait_for(PQsocket(conn), events, until, wake); !ready)
      return fail(ready.error());
    status = PQconnectPoll(conn);
  }
  if (status != PGRES_POLLING_OK)
    return fail(why_not_connected(conn, key));
  PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
  return link;
}

result<raw_link::rows>
raw_link::ask(const std::string& sql, deadline until, const wake_up& wake) {
  auto* const conn = conn_.get();
  if (!PQsendQuery(conn, sql.c_str()))
    return fail(ec::database_down, "the database connection is lost");
  rows out;
  std::string refused;
  for (;;) {
    while (PQisBusy(conn)) {
      if (const auto ready = wait_for(PQsocket(conn), POLLIN, until, wake); !ready)
        return fail(ready.error());
      if (!PQconsumeInput(conn))
        return fail(ec::database_down, "the database connection is lost");
    }
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQgetResult(conn), &PQclear);
    if (!answer)
      break;
    if (const auto* code = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE))
      refused = code;
    else
      out.push_back(first_row(answer.get()));
  }
  if (PQstatus(conn) != CONNECTION_OK)
    return fail(ec::database_down, "the database connection is lost");
  if (!refused.empty())
    return fail(
        ec::database_down, "the database refuses the connection (SQLSTATE " + refused + ")");
  if (out.empty())
    return fail(ec::database_down, "the database answers something else");
  return out;
}

int raw_link::backend() const noexcept {
  return PQbackendPID(conn_.get());
}

} // namespace guildhall::store
