-- Script for wrk: `wrk … -s wrk.lua URL -- DEPTH [close|keep [COOKIES|- [BODY]]]`. Sends DEPTH requests at once on each
-- connection, with `close` each on a connection of its own, with the cookies of a file in turn, one a line, with BODY as POST,
-- and prints one line of JSON at the end.

function init(args)
  local depth = tonumber(args[1]) or 1
  if args[2] == "close" then
    wrk.headers["Connection"] = "close"
  end
  if args[4] then
    wrk.method = "POST"
    wrk.body = args[4]
  end
  if args[3] and args[3] ~= "-" then
    local requests = {}
    for cookie in io.lines(args[3]) do
      requests[#requests + 1] = wrk.format(nil, nil, { ["Host"] = wrk.headers["Host"], ["Cookie"] = cookie })
    end
    local next = 0
    request = function()
      next = next % #requests + 1
      return requests[next]
    end
  elseif depth > 1 then
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
