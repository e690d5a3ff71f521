// The one translation unit that holds the bodies of Boost.Asio and Boost.Beast.
// Every other file is compiled with BOOST_{ASIO,BEAST}_SEPARATE_COMPILATION and only declares.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
