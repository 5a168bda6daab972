package io.github.locks.aop;

import java.util.Map;

import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.aop.LockAdvisor.Validation;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySourcesPropertyResolver;

/**
 * Makes real proxies around objects with lock annotations.
 */
final class LockedProxies {

	private final LockManager locks;

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private Validation validation = Validation.FAIL;

	LockedProxies(LockManager locks) {
		this.locks = locks;
	}

	LockedProxies validation(Validation validation) {
		this.validation = validation;
		return this;
	}

	LockedProxies properties(Map<String, Object> properties) {
		MutablePropertySources sources = new MutablePropertySources();
		sources.addFirst(new MapPropertySource("test", properties));
		PropertySourcesPropertyResolver resolver = new PropertySourcesPropertyResolver(sources);
		this.beanFactory.addEmbeddedValueResolver(resolver::resolveRequiredPlaceholders);
		return this;
	}

	LockedProxies bean(String name, Object bean) {
		this.beanFactory.registerSingleton(name, bean);
		return this;
	}

	LockAdvisor advisor() {
		return new LockAdvisor(() -> this.locks, this.beanFactory, this.validation, true);
	}

	@SuppressWarnings("unchecked")
	<T> T cglib(T target) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		factory.addAdvisor(advisor());
		return (T) factory.getProxy();
	}

	<T> T jdk(Class<T> type, T target) {
		ProxyFactory factory = new ProxyFactory();
		factory.setInterfaces(type);
		factory.setTarget(target);
		factory.addAdvisor(advisor());
		return type.cast(factory.getProxy(type.getClassLoader()));
	}

	/**
	 * Checks all annotations of a class, as at start-up.
	 */
	boolean check(Class<?> type) {
		return advisor().getPointcut().getClassFilter().matches(type);
	}

	/**
	 * Whether a stranger could have the write lock now.
	 */
	static boolean isFree(LockManager locks, String resource) {
		return isFree(locks, LockRequest.write(resource));
	}

	/**
	 * Whether a stranger could have the read lock now.
	 */
	static boolean isReadable(LockManager locks, String resource) {
		return isFree(locks, LockRequest.read(resource));
	}

	private static boolean isFree(LockManager locks, LockRequest.Builder request) {
		return locks.tryAcquire(request.owner(LockOwner.create("probe")).build()).map((handle) -> {
			handle.close();
			return true;
		}).orElse(false);
	}

}
