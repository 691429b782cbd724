// The actions of steps as messages: a put and a read per kind, each pair in its own file
// (http_action.cpp, ...). Pure; internal to common/wire.
#pragma once

#include "common/model/action.h"
#include "common/wire/fields.h"
#include "picket/v1/check.pb.h"

namespace picket::wire {

void put_action(const Action& action, v1::Step& out);
// Refuses a step without an action of a known kind.
Action read_action(Fields& fields, const v1::Step& message);

void put(const HttpAction& action, v1::HttpAction& out);
HttpAction read(Fields& fields, const v1::HttpAction& message);
void put_route(const HttpRoute& route, v1::HttpRoute& out);
HttpRoute read_route(Fields& fields, const v1::HttpRoute& message);
void put(const GrpcAction& action, v1::GrpcAction& out);
GrpcAction read(Fields& fields, const v1::GrpcAction& message);
void put(const DnsAction& action, v1::DnsAction& out);
DnsAction read(Fields& fields, const v1::DnsAction& message);
void put(const TlsAction& action, v1::TlsAction& out);
TlsAction read(Fields& fields, const v1::TlsAction& message);
void put(const TcpAction& action, v1::TcpAction& out);
TcpAction read(Fields& fields, const v1::TcpAction& message);
void put(const WebSocketAction& action, v1::WebSocketAction& out);
WebSocketAction read(Fields& fields, const v1::WebSocketAction& message);
void put(const IcmpAction& action, v1::IcmpAction& out);
IcmpAction read(Fields& fields, const v1::IcmpAction& message);

void put(const CdnAction& action, v1::CdnAction& out);
CdnAction read(Fields& fields, const v1::CdnAction& message);
void put(const OAuthAction& action, v1::OAuthAction& out);
OAuthAction read(Fields& fields, const v1::OAuthAction& message);
void put(const PageAction& action, v1::PageAction& out);
PageAction read(Fields& fields, const v1::PageAction& message);

// A word that must be one of `words`.
std::string read_one_of(Fields& fields, std::string_view field, const std::string& word,
                        std::initializer_list<std::string_view> words);

}  // namespace picket::wire
