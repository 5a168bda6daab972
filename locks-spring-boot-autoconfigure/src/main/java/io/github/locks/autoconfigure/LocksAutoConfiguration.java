package io.github.locks.autoconfigure;

import io.github.locks.LockManager;
import io.github.locks.aop.LockAdvisor;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockListener;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;

import org.springframework.aop.Advisor;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for locks.
 */
@AutoConfiguration
@Conditional(OnLocksEnabledCondition.class)
public final class LocksAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(LockManager.class)
	@EnableConfigurationProperties(LocksProperties.class)
	static final class LockManagerConfiguration {

		@Bean(destroyMethod = "close")
		DefaultLockManager lockManager(LocksProperties properties, ObjectProvider<LockBackend> backends,
				ObjectProvider<LockListener> listeners, Environment environment) {
			new UnknownProperties(environment).warn();
			new ResourceKeys(environment).warn();
			DefaultLockManagerBuilder builder = new LocksPropertiesMapper(properties).builder();
			listeners.orderedStream().forEach(builder::listener);
			return new LockBackends(properties, backends.getIfAvailable()).build(builder, environment);
		}

		@Bean
		LockEventPublisher lockEventPublisher(ApplicationEventPublisher publisher) {
			return new LockEventPublisher(publisher);
		}

		@Bean
		LockManagerLifecycle lockManagerLifecycle(LockManager lockManager, ConfigurableApplicationContext context) {
			return new LockManagerLifecycle(lockManager, context);
		}

	}

	/**
	 * The advice is created before most other beans, so it must not ask for any of them.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Advisor.class)
	@Import(AutoProxyRegistrar.class)
	static final class LockAdvisorConfiguration {

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static LockAdvisor lockAdvisor(ObjectProvider<LockManager> lockManager, ConfigurableBeanFactory beanFactory,
				Environment environment) {
			LocksProperties properties = Binder.get(environment).bindOrCreate("locks", LocksProperties.class);
			return new LockAdvisor(lockManager::getObject, beanFactory, properties.getValidation(),
					properties.isReleaseAfterTransaction());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static BeanPostProcessor lockAdviceOrderCheck(Environment environment) {
			return LockAdvisor
				.orderCheck(Binder.get(environment).bindOrCreate("locks", LocksProperties.class).getValidation());
		}

	}

	/**
	 * Sees to it that annotated beans get their proxy whatever {@code spring.aop.auto}
	 * says: a method that silently runs without its lock is the worst outcome.
	 */
	static final class AutoProxyRegistrar implements ImportBeanDefinitionRegistrar {

		@Override
		public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
			AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
		}

	}

}
