export { createRedis, type Redis, type RedisOptions, type RedisReply } from './redis.ts'
export { type RedisScript, redisScript } from './redis-script.ts'
