package io.github.locks.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a server on this machine, and does what networks do.
 */
public final class TcpProxy implements AutoCloseable {

	/**
	 * What becomes of what is sent.
	 */
	public enum Mode {

		PASS, DROP_ALL, DROP_ANSWERS, REFUSE

	}

	private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final String host;

	private final int port;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile Mode mode = Mode.PASS;

	public TcpProxy(String host, int port) throws IOException {
		this.host = host;
		this.port = port;
		start("accept", this::accept);
	}

	public int port() {
		return this.server.getLocalPort();
	}

	/** From now on; connections that are open stay open. */
	public void mode(Mode next) {
		this.mode = next;
	}

	/** Ends all connections. */
	public void reset() {
		this.sockets.forEach(TcpProxy::close);
		this.sockets.clear();
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.server.accept();
			if (this.mode == Mode.REFUSE) {
				close(client);
				continue;
			}
			Socket target = new Socket(this.host, this.port);
			this.sockets.add(client);
			this.sockets.add(target);
			start("requests", () -> copy(client, target, Mode.DROP_ALL, Mode.DROP_ALL));
			start("answers", () -> copy(target, client, Mode.DROP_ALL, Mode.DROP_ANSWERS));
		}
	}

	private void copy(Socket from, Socket to, Mode dropping, Mode droppingToo) throws IOException {
		byte[] buffer = new byte[8192];
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				if (this.mode != dropping && this.mode != droppingToo) {
					out.write(buffer, 0, length);
				}
			}
		}
	}

	private static void start(String name, IoTask task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// The connection, or the proxy, was closed.
			}
		}, "proxy-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// It was closed by the other side.
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		reset();
	}

	/**
	 * What a thread does.
	 */
	private interface IoTask {

		void run() throws IOException;

	}

}
