namespace Reflow.Core.Flows;

/// <summary>The refusals of the human tasks. Feishu documents one for every operation (contracts/apaas §1.1).</summary>
public static class FlowErrors
{
    /// <summary>The request does not fit the state; the reason says why.</summary>
    public static readonly Error ParamInvalid = new(2320001, 400, "param is invalid");
}
