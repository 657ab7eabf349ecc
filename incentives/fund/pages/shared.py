"""The blueprint of the fund's pages."""

from flask import Blueprint

from incentives.fund.models import Disbursement, DisbursementList, Income
from incentives.web.pages import of_villages

blueprint = Blueprint("fund_pages", __name__)
of_villages.update(disbursement_id=Disbursement, list_id=DisbursementList, income_id=Income)
