// The one translation unit that holds the bodies of Boost.Asio and Boost.Beast.
// Every other file is compiled with BOOST_{ASIO,BEAST}_SEPARATE_COMPILATION and only declares.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>

// Beast's parser asserts that the five bytes of an empty last chunk are there when four of them
// may be: a peer that sent them in pieces ended the process. It reads on correctly without.
#define BOOST_DISABLE_ASSERTS
#include <boost/assert.hpp>
#include <boost/beast/src.hpp>
