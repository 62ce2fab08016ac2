-- Script for wrk: `wrk … -s wrk.lua URL -- DEPTH [close]`. Sends DEPTH requests at once on each connection, with `close`
-- each on a connection of its own, and prints one line of JSON at the end.

function init(args)
  local depth = tonumber(args[1]) or 1
  if args[2] == "close" then
    wrk.headers["Connection"] = "close"
  end
  if depth > 1 then
    local batch = string.rep(wrk.format(), depth)
    request = function()
      return batch
    end
  end
end

function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"broken":%d,"refused":%d}\n',
    summary.requests, summary.duration / 1e6, broken, errors.status
  ))
end
