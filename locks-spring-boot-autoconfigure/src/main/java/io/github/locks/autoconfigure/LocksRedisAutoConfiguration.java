package io.github.locks.autoconfigure;

import io.github.locks.redis.RedisLockBackend;
import io.github.locks.spi.LockBackend;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for distributed locks in Redis.
 */
@AutoConfiguration(before = LocksAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnClass(StringRedisTemplate.class)
@ConditionalOnProperty(name = "locks.distributed.backend", havingValue = "redis")
@Conditional(OnLocksEnabledCondition.class)
@EnableConfigurationProperties(LocksProperties.class)
public final class LocksRedisAutoConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnBean(RedisConnectionFactory.class)
	@ConditionalOnMissingBean(LockBackend.class)
	RedisLockBackend redisLockBackend(RedisConnectionFactory connectionFactory, LocksProperties properties) {
		LocksPropertiesMapper mapper = new LocksPropertiesMapper(properties);
		return new RedisLockBackend(connectionFactory, mapper.lease(), mapper.keyPrefix());
	}

}
