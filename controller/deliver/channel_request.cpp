#include "controller/deliver/channel_request.h"

namespace picket::controller {

http::Request channel_request(const Receiver& receiver) {
  http::Request request;
  request.method = "POST";
  request.timeout = Seconds{10};
  request.connect_timeout = Seconds{3};
  request.compression = false;
  request.body_bytes_max = 64 * 1024;
  request.tls.ca_file = receiver.ca_file;
  return request;
}

}  // namespace picket::controller
