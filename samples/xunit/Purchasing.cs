using System.Text.Json;

namespace Purchases;

/// <summary>The code under test: it asks for approval of purchases, and keeps its word when the network does not.</summary>
public sealed class Purchasing(Feishu feishu)
{
    const int ParamInvalid = 2320001, MostTries = 3;

    /// <summary>
    /// Asks for the approval of a purchase, once: the order's number is the key by which Feishu knows a call that it has had before. When no answer comes, the call is
    /// sent again; that Feishu then knows the key already means that the first one arrived.
    /// </summary>
    public async Task Ask(string order, decimal amount, long buyer)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await feishu.Call(HttpMethod.Post, "/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new
                {
                    idempotent_key = order,
                    is_async = false,
                    @operator = JsonSerializer.Serialize(new { _id = buyer, email = "" }),
                    @params = JsonSerializer.Serialize(new { amount, reason = order }),
                });
                return;
            }
            catch (HttpRequestException) when (tries < MostTries)
            {
            }
            catch (FeishuException e) when (e.Code == ParamInvalid && tries > 1)
            {
                return;
            }
        }
    }

    /// <summary>The orders whose approval waits for someone, with the ids of the tasks.</summary>
    public async Task<IReadOnlyList<JsonElement>> WaitingFor(long approver)
    {
        var data = await feishu.Call(HttpMethod.Post, "/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = $"{approver}", type = "pending", source = "assignMe" });
        return [.. data.GetProperty("tasks").EnumerateArray()];
    }

    /// <summary>Makes a task that reminds of an order when it is due.</summary>
    public async Task<string> Remind(string order, DateTimeOffset due)
    {
        var data = await feishu.Call(HttpMethod.Post, "/open-apis/task/v1/tasks", new
        {
            summary = order,
            due = new { time = $"{due.ToUnixTimeSeconds()}", timezone = "Asia/Shanghai" },
            origin = new { platform_i18n_name = """{"zh_cn":"采购","en_us":"Purchasing"}""" },
        });
        var id = data.GetProperty("task").GetProperty("id").GetString()!;
        await feishu.Call(HttpMethod.Post, $"/open-apis/task/v1/tasks/{id}/reminders", new { relative_fire_minute = 0 });
        return id;
    }
}
