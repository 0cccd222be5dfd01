// What a server costs that does nothing: parses the body, and answers as many bytes as the service does.
const HELD = {
  hold_id: "hold-7d9f6b1e-3c58-4d0a-9a51-0f4d7f1f6a2b",
  location: "online",
  remaining_stock: 497,
  expires_at: "2026-11-22T10:35:00.000Z",
  status: "active",
};
const STOCK = {
  online_stock: 500,
  store_stock: { STORE_MUMBAI: 182, STORE_DELHI: 249 },
  total_stock: 931,
  held: {},
};

Deno.serve(
  { port: Number(Deno.args[0]), hostname: "127.0.0.1", onListen() {} },
  async (request) => {
    if (request.method === "GET") return Response.json({ sku: "SKU000001", ...STOCK });
    const { sku, quantity } = await request.json();
    return Response.json({ sku, quantity, ...HELD });
  },
);
