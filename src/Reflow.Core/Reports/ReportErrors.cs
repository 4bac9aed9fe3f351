namespace Reflow.Core.Reports;

/// <summary>The refusals of Report v1 (seed 003). Texts are the wire's, with their double and triple spaces.</summary>
public static class ReportErrors
{
    /// <summary>The tenant has reports switched off.</summary>
    public static readonly Error TenantNotExist = new(1430001, 400, "tenant key  not exist");
    /// <summary>A page of fewer than 0 or more than <see cref="ReportPage.Largest"/> reports.</summary>
    public static readonly Error PageSizeInvalid = new(1430002, 400, "page size   invalid");
    /// <summary>The id of no rule of the tenant.</summary>
    public static readonly Error RuleNotExist = new(1430003, 400, "rule  not exist");
}
