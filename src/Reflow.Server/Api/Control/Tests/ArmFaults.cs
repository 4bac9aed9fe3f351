using System.Text.Json;
using Reflow.Core;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>
/// The faults of a test double under <c>/reflow/v1/faults</c>: POST adds a rule, GET lists the rules with how often each struck, DELETE removes one or all.
/// A rule names what else than waiting it does by one of the members <c>error</c>, <c>rate_limit</c>, <c>drop</c>, <c>lost_answer</c> and <c>slow_answer</c>.
/// </summary>
static class ArmFaults
{
    const int LongestWait = 60_000;

    public static void Serve(Routes routes, Faults faults)
    {
        routes.Serve("control.test.fault.add", call =>
        {
            var rule = Read(call.Body);
            if (call.Body.Refusal is { } refusal) return new(refusal);
            return new(faults.Add(rule) is { } armed ? Reply.Object(json => Write(json, armed)) : new Error(400, 400, $"there are {Faults.Most} rules already; remove some"));
        });
        routes.Serve("control.test.fault.list", call => new(Reply.Object(json =>
        {
            json.WriteObjects("faults"u8, faults.All, armed =>
            {
                Write(json, armed);
            });
        })));
        routes.Serve("control.test.fault.remove", call => new(faults.Remove(call.Path("fault_id")) ? Reply.Empty : FlowControl.Missing($"There is no fault rule {call.Path("fault_id")}.")));
        routes.Serve("control.test.fault.clear", call =>
        {
            faults.Clear();
            return new(Reply.Empty);
        });
    }

    static FaultRule Read(Input body)
    {
        var rule = new FaultRule(
            body.Text("operation") ?? "*", body.Text("app_id"), Whole(body, "nth", 1, long.MaxValue), Probability(body), Whole(body, "count", 1, long.MaxValue),
            (int)(Whole(body, "latency_ms", 0, LongestWait) ?? 0), Effect(body));
        if (!Contract.Operations.Any(operation => operation.Family is not Family.Control && RequestFilter.Named(rule.Operation, operation.Name)))
            body.Violation("operation", rule.Operation, "names no operation of the contract; task.v1.task.complete is one, and task.* is all of Task");
        else if (rule.Effect is FaultEffect.Refuse refuse && !Contract.Operations.Any(operation => RequestFilter.Named(rule.Operation, operation.Name) && Faults.Row(operation, refuse) is not null))
            body.Violation("error", $"{refuse.Code}", refuse.Text is null ? "is no code of this operation, or of several texts, so that msg must choose one; contract/errors.tsv lists them" : "is no code and text of this operation; contract/errors.tsv lists them");
        if (rule is { Effect: null, Latency: 0 }) body.Violation("latency_ms", "0", "does nothing; give a latency, or one of error, rate_limit, drop, lost_answer and slow_answer");
        return rule;
    }

    static FaultEffect? Effect(Input body)
    {
        string[] named = [.. new[] { "error", "rate_limit", "drop", "lost_answer", "slow_answer" }.Where(name => body.Has(name) && body.Raw(name).ValueKind is not JsonValueKind.False)];
        if (named.Length > 1) body.Violation(named[1], "", $"cannot be together with {named[0]}");
        return named is not [var effect, ..] ? null : effect switch
        {
            "error" => Refuse(body.Object("error")),
            "rate_limit" => Throttle(body.Object("rate_limit")),
            "drop" => body.Flag("drop") ? new FaultEffect.Drop() : null,
            "lost_answer" => body.Flag("lost_answer") ? new FaultEffect.LoseAnswer() : null,
            _ => new FaultEffect.SlowAnswer((int)(Whole(body.Object("slow_answer"), "ms", 1, LongestWait) ?? 1_000)),
        };
    }

    static FaultEffect.Refuse Refuse(Input error)
    {
        var code = error.RequiredInteger("code");
        if (code is < int.MinValue or > int.MaxValue) error.Violation("code", $"{code}", "is a code of contract/errors.tsv");
        return new((int)code, error.Text("msg"));
    }

    static FaultEffect.Throttle Throttle(Input limit)
    {
        var status = Whole(limit, "status", 400, 429) ?? 429;
        if (status is not (400 or 429)) limit.Violation("status", $"{status}", "is 429 or 400");
        return new((int)status, Whole(limit, "limit", 1, int.MaxValue) ?? 100, Whole(limit, "reset_s", 0, int.MaxValue) ?? 60);
    }

    static double Probability(Input body)
    {
        if (!body.Has("probability")) return 1;
        var value = body.Raw("probability");
        if (value.ValueKind is not JsonValueKind.Number) body.WrongType("probability", value);
        else if (value.TryGetDouble(out var probability) && probability is >= 0 and <= 1) return probability;
        else body.Violation("probability", value.GetRawText(), "is a number from 0 to 1");
        return 1;
    }

    static long? Whole(Input body, string name, long least, long most)
    {
        if (body.Integer(name) is not { } number) return null;
        if (number < least || number > most) body.Violation(name, $"{number}", most == long.MaxValue ? $"is an integer from {least} on" : $"is an integer from {least} to {most}");
        return number;
    }

    static void Write(Utf8JsonWriter json, ArmedFault armed)
    {
        var rule = armed.Rule;
        json.WriteString("fault_id"u8, armed.Id);
        json.WriteString("operation"u8, rule.Operation);
        if (rule.AppId is { } app) json.WriteString("app_id"u8, app);
        if (rule.Nth is { } nth) json.WriteNumber("nth"u8, nth);
        if (rule.Probability < 1) json.WriteNumber("probability"u8, rule.Probability);
        if (rule.Count is { } count) json.WriteNumber("count"u8, count);
        if (rule.Latency > 0) json.WriteNumber("latency_ms"u8, rule.Latency);
        Write(json, rule.Effect);
        json.WriteNumber("seen"u8, armed.Seen);
        json.WriteNumber("hits"u8, armed.Hits);
    }

    static void Write(Utf8JsonWriter json, FaultEffect? effect)
    {
        switch (effect)
        {
            case FaultEffect.Refuse refuse:
                json.WriteStartObject("error"u8);
                json.WriteNumber("code"u8, refuse.Code);
                if (refuse.Text is { } text) json.WriteString("msg"u8, text);
                json.WriteEndObject();
                break;
            case FaultEffect.Throttle limit:
                json.WriteStartObject("rate_limit"u8);
                json.WriteNumber("status"u8, limit.Status);
                json.WriteNumber("limit"u8, limit.Cap);
                json.WriteNumber("reset_s"u8, limit.Reset);
                json.WriteEndObject();
                break;
            case FaultEffect.Drop:
                json.WriteBoolean("drop"u8, true);
                break;
            case FaultEffect.LoseAnswer:
                json.WriteBoolean("lost_answer"u8, true);
                break;
            case FaultEffect.SlowAnswer slow:
                json.WriteStartObject("slow_answer"u8);
                json.WriteNumber("ms"u8, slow.Milliseconds);
                json.WriteEndObject();
                break;
            case null:
                break;
        }
    }
}
